import {
  type DisplayValueAlignmentFactors,
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  type PanelProps,
  VizOrientation,
} from '@grafana/data';
import type { BarGaugeNamePlacement, BarGaugeValueMode, VizTextDisplayOptions } from '@grafana/schema';
import { BarGauge, BarGaugeDisplayMode, useTheme2, VizRepeater } from '@grafana/ui';
import { displayValues, type ReducingOptions } from './display-values.ts';
import { EmptyPanel } from './EmptyPanel.tsx';

interface BarGaugeOptions extends ReducingOptions {
  readonly displayMode?: BarGaugeDisplayMode;
  readonly showUnfilled?: boolean;
  readonly minVizHeight?: number;
  readonly maxVizHeight?: number;
  readonly namePlacement?: BarGaugeNamePlacement;
  readonly text?: VizTextDisplayOptions;
  readonly valueMode?: BarGaugeValueMode;
}

export function BarGaugePanel(props: PanelProps<BarGaugeOptions>) {
  const { data, width, height, options, renderCounter } = props;
  const theme = useTheme2();
  const orientation = (options.orientation as VizOrientation) ?? VizOrientation.Horizontal;
  if (data.series.every(frame => frame.length === 0))
    return <EmptyPanel state={data.state} noValue={props.fieldConfig.defaults.noValue} />;
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
          {...(options.namePlacement && { namePlacement: options.namePlacement })}
          {...(options.text && { text: options.text })}
          {...(options.valueMode && { valueDisplayMode: options.valueMode })}
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
      minVizHeight={options.minVizHeight ?? 16}
      {...(options.maxVizHeight && { maxVizHeight: options.maxVizHeight })}
      renderCounter={renderCounter}
      orientation={orientation}
    />
  );
}
