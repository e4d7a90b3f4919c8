import { cacheFieldDisplayNames, type PanelProps } from '@grafana/data';
import { TableNG } from '@grafana/ui/unstable';
import { type ComponentProps, useMemo } from 'react';
import { EmptyPanel } from './EmptyPanel.tsx';

type TableOptions = Pick<
  ComponentProps<typeof TableNG>,
  'cellHeight' | 'sortBy' | 'enablePagination' | 'frozenColumns'
> & {
  readonly showHeader?: boolean;
  readonly showTypeIcons?: boolean;
};

export function TablePanel({ data, width, height, options, fieldConfig, timeRange }: PanelProps<TableOptions>) {
  useMemo(() => cacheFieldDisplayNames(data.series), [data.series]);
  const frame = data.series[0];
  if (frame === undefined || frame.fields.length === 0)
    return <EmptyPanel state={data.state} noValue={fieldConfig.defaults.noValue} />;
  return (
    <TableNG
      data={frame}
      width={width}
      height={height}
      noHeader={options.showHeader === false}
      showTypeIcons={options.showTypeIcons ?? false}
      {...(options.sortBy && { sortBy: options.sortBy })}
      {...(options.cellHeight && { cellHeight: options.cellHeight })}
      {...(options.frozenColumns && { frozenColumns: options.frozenColumns })}
      enablePagination={options.enablePagination ?? false}
      structureRev={data.structureRev ?? 0}
      fieldConfig={fieldConfig}
      {...(fieldConfig.defaults.noValue !== undefined && { noValue: fieldConfig.defaults.noValue })}
      timeRange={timeRange}
      resizable
    />
  );
}
