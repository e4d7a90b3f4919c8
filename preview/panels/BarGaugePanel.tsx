import {
  type DisplayValueAlignmentFactors,
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  type PanelProps,
  VizOrientation,
} from '@grafana/data';
import { BarGauge, BarGaugeDisplayMode, useTheme2, VizRepeater } from '@grafana/ui';
import { displayValues, type ReducingOptions } from './display-values.ts';
import { EmptyPanel } from './EmptyPanel.tsx';

interface BarGaugeOptions extends ReducingOptions {
  readonly displayMode?: BarGaugeDisplayMode;
  readonly showUnfilled?: boolean;
}

export function BarGaugePanel(props: PanelProps<BarGaugeOptions>) {
  const { data, width, height, options, renderCounter } = props;
  const theme = useTheme2();
  const orientation = (options.orientation as VizOrientation) ?? VizOrientation.Horizontal;
  if (data.series.every(frame => frame.length === 0)) return <EmptyPanel state={data.state} />;
  return (
    <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
      getValues={() => displayValues(props, false)}
      getAlignmentFactors={values => getDisplayValueAlignmentFactors(values)}
      renderValue={({ value, width, height, orientation, alignmentFactors }) => (
        <BarGauge
          value={value.display}
          field={value.field}
          display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
          alignmentFactors={alignmentFactors}
          displayMode={options.displayMode ?? BarGaugeDisplayMode.Gradient}
          showUnfilled={options.showUnfilled ?? true}
          orientation={orientation}
          width={width}
          height={height}
          itemSpacing={8}
          lcdCellWidth={12}
          theme={theme}
        />
      )}
      width={width}
      height={height}
      source={data}
      itemSpacing={10}
      minVizHeight={16}
      renderCounter={renderCounter}
      orientation={orientation}
    />
  );
}
