import type { QueryEditorProps } from '@grafana/data';
import { EditorField, EditorRow, EditorRows } from '@grafana/plugin-ui';
import { Combobox } from '@grafana/ui';
import type { Request } from '../../backend/protocol/request.ts';
import type { PanelcastDataSource } from '../datasource.ts';
import type { PanelcastOptions, PanelcastQuery, PanelcastVariableQuery } from '../types.ts';
import { valuesOf } from './column-values.ts';
import { FilterSection } from './FilterSection.tsx';
import { TableSelect } from './TableSelect.tsx';
import { useFill } from './use-fill.ts';
import { useVocabulary } from './use-vocabulary.ts';
import { columnOf, tableOf } from './vocabulary.ts';

type Props = QueryEditorProps<PanelcastDataSource, PanelcastQuery, PanelcastOptions, PanelcastVariableQuery>;

/** The values of a variable are those that a column has, among the rows that a filter keeps. */
export function VariableEditor({ data, datasource, onChange, onRunQuery, query }: Props) {
  const { isLoaded, vocabulary } = useVocabulary(datasource.api);
  const fill = useFill(datasource, data);
  // A variable that was just made has no query at all.
  const saved: Partial<PanelcastVariableQuery> = typeof query === 'object' && query !== null ? query : {};
  const of = {
    ...(saved.source !== undefined && { source: saved.source }),
    ...(saved.table !== undefined && { table: saved.table }),
  };
  const table = tableOf(of, vocabulary);
  const change = (next: Partial<PanelcastVariableQuery>): void => {
    onChange({ refId: 'variable', ...saved, ...next });
    onRunQuery();
  };
  /** With the column, if that one has it. */
  const changeTable = (chosen: Request): void => {
    const next = tableOf(chosen, vocabulary);
    const isKept = next === undefined || columnOf(next, saved.column ?? '') !== undefined;
    change({ source: chosen.source, table: chosen.table, ...(!isKept && { column: undefined }) });
  };
  const columns = (table?.columns ?? []).map(({ description, name }) => ({
    value: name,
    label: name,
    ...(description !== undefined && { description }),
  }));
  return (
    <EditorRows>
      <EditorRow>
        <TableSelect
          id="panelcast-variable"
          request={of}
          vocabulary={{ ...vocabulary, views: {} }}
          onChange={changeTable}
        />
        <EditorField label="Column" tooltip="Its distinct values are the choices; an enumeration’s by their names.">
          <Combobox
            id="panelcast-variable-column"
            width={24}
            createCustomValue
            placeholder="column"
            options={columns}
            value={saved.column === undefined ? null : { value: saved.column, label: saved.column }}
            onChange={({ value }) => change({ column: value })}
          />
        </EditorField>
      </EditorRow>
      <EditorRow>
        <FilterSection
          id="panelcast-variable-filter"
          filter={saved.filter ?? ''}
          mode="code"
          table={table}
          vocabulary={vocabulary}
          isLoaded={isLoaded}
          values={valuesOf(datasource.api)}
          fill={fill}
          onChange={filter => change({ filter })}
        />
      </EditorRow>
    </EditorRows>
  );
}
