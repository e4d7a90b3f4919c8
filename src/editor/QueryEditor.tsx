import type { QueryEditorProps } from '@grafana/data';
import { EditorField, EditorHeader, EditorRow, EditorRows, FlexItem } from '@grafana/plugin-ui';
import { Combobox, InlineSwitch, RadioButtonGroup } from '@grafana/ui';
import { useRef } from 'react';
import type { Request } from '../../backend/protocol/request.ts';
import { ActOnRows } from '../actions/ActOnRows.tsx';
import type { PanelcastDataSource } from '../datasource.ts';
import { defaultFormat } from '../frames/panel-frames.ts';
import { FORMATS, type Format, type PanelcastOptions, type PanelcastQuery } from '../types.ts';
import { valuesOf } from './column-values.ts';
import { EDITOR_MODES } from './editor-modes.ts';
import { FilterSection } from './FilterSection.tsx';
import { PaceRow } from './PaceRow.tsx';
import { MetricFields, RowFields } from './RequestFields.tsx';
import { partOf, RESULTS, reshaped, type Shelf } from './results.ts';
import { StatusLine } from './StatusLine.tsx';
import { errorOf } from './status-text.ts';
import { TableSelect } from './TableSelect.tsx';
import { useFill } from './use-fill.ts';
import { useVocabulary } from './use-vocabulary.ts';
import { tableOf } from './vocabulary.ts';

type Props = QueryEditorProps<PanelcastDataSource, PanelcastQuery, PanelcastOptions>;

/** Everything here edits one `request`; builder and code are two ways to write its filter. */
export function QueryEditor({ data, datasource, onChange, onRunQuery, query }: Props) {
  const { editor = 'builder', refId } = query;
  const request = query.request ?? {};
  const format = query.format ?? defaultFormat(request);
  const id = `panelcast-${refId}`;
  const { isLoaded, problem, vocabulary } = useVocabulary(datasource.api);
  const shelf = useRef<Shelf>({});
  const fill = useFill(datasource, data);
  const table = tableOf(request, vocabulary);

  const change = (next: Partial<PanelcastQuery>): void => {
    onChange({ ...query, ...next });
    onRunQuery();
  };
  const setRequest = (next: Request): void => change({ request: next });
  const setFilter = (filter: string, isRunnable: boolean): void => {
    onChange({ ...query, request: { ...request, filter } });
    if (isRunnable) onRunQuery();
  };
  const setFormat = (chosen: Format): void => {
    const next = reshaped(request, chosen, shelf.current, table);
    shelf.current = next.shelf;
    change({ request: next.request, format: chosen });
  };
  const isNamed = request.view !== undefined;
  const isWritable = table !== undefined && table.source === undefined;
  const fields = { id, request, format, table, variables: vocabulary.variables, onChange: setRequest };

  return (
    <EditorRows>
      <EditorHeader>
        <TableSelect id={id} request={request} vocabulary={vocabulary} onChange={setRequest} />
        <ResultSelect id={id} format={format} onChange={setFormat} />
        <FlexItem grow={1} />
        {partOf(request) === 'rows' && !isNamed && isWritable && (
          <ActOnRows api={datasource.api} request={request} fill={fill} table={table} />
        )}
        {!isNamed && (
          <RadioButtonGroup
            aria-label="Write the filter as"
            size="sm"
            options={[...EDITOR_MODES]}
            value={editor}
            onChange={chosen => onChange({ ...query, editor: chosen })}
          />
        )}
      </EditorHeader>
      {!isNamed && (
        <EditorRow>
          <FilterSection
            id={`${id}-filter`}
            filter={request.filter ?? ''}
            mode={editor}
            table={table}
            vocabulary={vocabulary}
            isLoaded={isLoaded}
            values={valuesOf(datasource.api)}
            fill={fill}
            {...toldOf(refId, data)}
            onChange={setFilter}
          />
        </EditorRow>
      )}
      {!isNamed && (partOf(request) === 'rows' ? <RowFields {...fields} /> : <MetricFields {...fields} />)}
      <EditorRow>
        <PaceRow id={id} request={request} onChange={setRequest} />
        {format === 'table' && (isNamed || isWritable) && (
          <EditorField
            label="Operator actions"
            tooltip="A click on a row’s summary offers to acknowledge, own, suppress, note or delete it. For editors and administrators."
          >
            <InlineSwitch
              id={`${id}-actions`}
              value={query.actions ?? false}
              onChange={event => change({ actions: event.currentTarget.checked })}
            />
          </EditorField>
        )}
      </EditorRow>
      <StatusLine refId={refId} data={data} {...(problem !== undefined && { problem })} />
    </EditorRows>
  );
}

interface ResultProps {
  readonly id: string;
  readonly format: Format;
  readonly onChange: (format: Format) => void;
}

function ResultSelect({ format, id, onChange }: ResultProps) {
  const { panels, sentence } = RESULTS[format];
  return (
    <EditorField label="Result" tooltip={`${sentence} Shown best as ${panels}.`}>
      <Combobox
        id={`${id}-result`}
        width={20}
        options={FORMATS.map(value => ({ value, label: RESULTS[value].label, description: RESULTS[value].panels }))}
        value={format}
        onChange={({ value }) => onChange(value)}
      />
    </EditorField>
  );
}

function toldOf(refId: string, data: Props['data']): { told?: string } {
  const error = errorOf(refId, data);
  return error?.data?.error === 'bad-filter' && error.message !== undefined ? { told: error.message } : {};
}
