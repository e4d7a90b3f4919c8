import type { QueryEditorProps } from '@grafana/data';
import { Combobox, InlineField, Input, Stack } from '@grafana/ui';
import type { PanelcastDataSource } from '../datasource.ts';
import { FORMATS, type PanelcastOptions, type PanelcastQuery } from '../types.ts';

type Props = QueryEditorProps<PanelcastDataSource, PanelcastQuery, PanelcastOptions>;

export function QueryEditor({ query, onChange, onRunQuery }: Props) {
  const { filter = '' } = query.request;
  return (
    <Stack direction="row" wrap="wrap">
      <InlineField label="Filter" grow>
        <Input
          id={`panelcast-filter-${query.refId}`}
          value={filter}
          placeholder="severity >= 4 AND site = 'lon'"
          onChange={event => onChange({ ...query, request: { ...query.request, filter: event.currentTarget.value } })}
          onBlur={onRunQuery}
        />
      </InlineField>
      <InlineField label="Format">
        <Combobox
          aria-label="Format"
          value={query.format ?? 'table'}
          options={FORMATS.map(value => ({ value, label: value }))}
          width={16}
          onChange={({ value }) => {
            onChange({ ...query, format: value });
            onRunQuery();
          }}
        />
      </InlineField>
    </Stack>
  );
}
