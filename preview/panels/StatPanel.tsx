import { type FieldDisplay, type PanelProps, VizOrientation } from '@grafana/data';
import {
  BigValue,
  type BigValueColorMode,
  BigValueGraphMode,
  type BigValueJustifyMode,
  type BigValueTextMode,
  useTheme2,
  VizRepeater,
} from '@grafana/ui';
import { displayValues, type ReducingOptions } from './display-values.ts';

interface StatOptions extends ReducingOptions {
  readonly colorMode?: BigValueColorMode;
  readonly graphMode?: BigValueGraphMode;
  readonly justifyMode?: BigValueJustifyMode;
  readonly textMode?: BigValueTextMode;
}

export function StatPanel(props: PanelProps<StatOptions>) {
  const { data, width, height, options, renderCounter } = props;
  const theme = useTheme2();
  const graphMode = options.graphMode ?? BigValueGraphMode.None;
  return (
    <VizRepeater<FieldDisplay>
      getValues={() => displayValues(props, graphMode !== BigValueGraphMode.None)}
      renderValue={({ value, width, height, count }) => (
        <BigValue
          value={value.display}
          count={count}
          sparkline={value.sparkline}
          colorMode={options.colorMode ?? ('value' as BigValueColorMode)}
          graphMode={graphMode}
          {...(options.justifyMode && { justifyMode: options.justifyMode })}
          {...(options.textMode && { textMode: options.textMode })}
          width={width}
          height={height}
          theme={theme}
        />
      )}
      width={width}
      height={height}
      source={data}
      itemSpacing={3}
      renderCounter={renderCounter}
      autoGrid
      orientation={(options.orientation as VizOrientation) ?? VizOrientation.Auto}
    />
  );
}
