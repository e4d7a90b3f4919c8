import { type FieldDisplay, getFieldDisplayValues, type PanelProps, type ReduceDataOptions } from '@grafana/data';
import { config } from '@grafana/runtime';

export interface ReducingOptions {
  readonly reduceOptions: ReduceDataOptions;
  readonly orientation?: string;
}

/** The reduced values of stat and gauges, one a field or one a row. */
export function displayValues(props: PanelProps<ReducingOptions>, sparkline: boolean): FieldDisplay[] {
  const { data, fieldConfig, options, replaceVariables, timeZone } = props;
  return getFieldDisplayValues({
    data: data.series,
    fieldConfig,
    reduceOptions: options.reduceOptions,
    replaceVariables,
    sparkline,
    theme: config.theme2,
    timeZone,
  });
}
