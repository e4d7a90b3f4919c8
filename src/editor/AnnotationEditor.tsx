import type { QueryEditorProps } from '@grafana/data';
import { EditorHeader, EditorRow, EditorRows, FlexItem } from '@grafana/plugin-ui';
import { RadioButtonGroup } from '@grafana/ui';
import type { Request } from '../../backend/protocol/request.ts';
import { annotationSupport } from '../annotations.ts';
import type { PanelcastDataSource } from '../datasource.ts';
import type { PanelcastOptions, PanelcastQuery } from '../types.ts';
import { valuesOf } from './column-values.ts';
import { EDITOR_MODES } from './editor-modes.ts';
import { FilterSection } from './FilterSection.tsx';
import { RowFields } from './RequestFields.tsx';
import { TableSelect } from './TableSelect.tsx';
import { useFill } from './use-fill.ts';
import { useVocabulary } from './use-vocabulary.ts';
import { tableOf } from './vocabulary.ts';

type Props = QueryEditorProps<PanelcastDataSource, PanelcastQuery, PanelcastOptions>;

/** Which rows become marks. Which columns are their time, text and tags is asked by Grafana, below. */
export function AnnotationEditor({ data, datasource, onChange, onRunQuery, query }: Props) {
  const { isLoaded, vocabulary } = useVocabulary(datasource.api);
  const fill = useFill(datasource, data);
  const { editor = 'builder' } = query;
  const request = query.request ?? annotationSupport.getDefaultQuery?.().request ?? {};
  const table = tableOf(request, vocabulary);
  const change = (next: Request): void => {
    onChange({ ...query, request: next });
    onRunQuery();
  };
  const id = 'panelcast-annotation';
  return (
    <EditorRows>
      <EditorHeader>
        <TableSelect id={id} request={request} vocabulary={vocabulary} onChange={change} />
        <FlexItem grow={1} />
        <RadioButtonGroup
          aria-label="Write the filter as"
          size="sm"
          options={[...EDITOR_MODES]}
          value={editor}
          onChange={chosen => onChange({ ...query, request, editor: chosen })}
        />
      </EditorHeader>
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
          onChange={filter => change({ ...request, filter })}
        />
      </EditorRow>
      <RowFields
        id={id}
        request={request}
        format="table"
        table={table}
        variables={vocabulary.variables}
        onChange={change}
      />
    </EditorRows>
  );
}
