import { type DataFrame, FieldType, type PanelProps } from '@grafana/data';
import { TimeSeries, TooltipDisplayMode, TooltipPlugin, ZoomPlugin } from '@grafana/ui';
import { useMemo } from 'react';
import { EmptyPanel } from './EmptyPanel.tsx';

type SeriesOptions = Pick<Parameters<typeof TimeSeries>[0], 'legend'> & {
  readonly tooltip?: { readonly mode: TooltipDisplayMode };
};

export function TimeSeriesPanel(props: PanelProps<SeriesOptions>) {
  const { data, timeRange, timeZone, width, height, options, onChangeTimeRange } = props;
  const frames = useMemo(() => data.series.filter(isGraphable), [data.series]);
  if (frames.length === 0) return <EmptyPanel state={data.state} noValue={props.fieldConfig.defaults.noValue} />;
  return (
    <TimeSeries
      frames={frames}
      structureRev={data.structureRev ?? 0}
      timeRange={timeRange}
      timeZone={timeZone}
      width={width}
      height={height}
      legend={options.legend}
    >
      {(config, alignedFrame) => (
        <>
          <ZoomPlugin config={config} onZoom={onChangeTimeRange} />
          <TooltipPlugin
            config={config}
            data={alignedFrame}
            frames={frames}
            mode={options.tooltip?.mode ?? TooltipDisplayMode.Multi}
            timeZone={timeZone}
          />
        </>
      )}
    </TimeSeries>
  );
}

function isGraphable(frame: DataFrame): boolean {
  const has = (type: FieldType) => frame.fields.some(field => field.type === type);
  return frame.length > 0 && has(FieldType.time) && has(FieldType.number);
}
