import {
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
  DataSourcePlugin,
} from '@grafana/data';
import { map, type Observable } from 'rxjs';
import { mayAct } from './actions/may-act.ts';
import { RowLinks } from './actions/row-links.ts';
import { showRowDialog } from './actions/show-row-dialog.ts';
import { annotationSupport } from './annotations.ts';
import { PanelcastDataSource } from './datasource.ts';
import { AnnotationEditor } from './editor/AnnotationEditor.tsx';
import { ConfigEditor } from './editor/ConfigEditor.tsx';
import { QueryEditor } from './editor/QueryEditor.tsx';
import { QueryHelp } from './editor/QueryHelp.tsx';
import { VariableEditor } from './editor/VariableEditor.tsx';
import type { PanelcastOptions, PanelcastQuery } from './types.ts';
import { QueryVariables } from './variables/query-variables.ts';

/** The data source with its editors and actions: they know it, it does not know them. */
class EditableDataSource extends PanelcastDataSource {
  override readonly annotations = {
    ...annotationSupport,
    QueryEditor: AnnotationEditor as NonNullable<typeof annotationSupport.QueryEditor>,
  };
  readonly #links: RowLinks;

  constructor(settings: DataSourceInstanceSettings<PanelcastOptions>) {
    super(settings);
    this.#links = new RowLinks(row => showRowDialog(this.api, row));
    this.variables = new QueryVariables(this, VariableEditor as QueryVariables['editor']);
  }

  override query(asked: DataQueryRequest<PanelcastQuery>): Observable<DataQueryResponse> {
    const answers = super.query(asked);
    if (!mayAct() || !asked.targets.some(({ actions }) => actions)) return answers;
    return answers.pipe(map(answer => this.#links.offer(answer, asked.targets)));
  }
}

export const plugin = new DataSourcePlugin<PanelcastDataSource, PanelcastQuery, PanelcastOptions>(EditableDataSource)
  .setQueryEditor(QueryEditor)
  .setConfigEditor(ConfigEditor)
  .setQueryEditorHelp(QueryHelp);
