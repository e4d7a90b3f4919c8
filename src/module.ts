import { type DataSourceInstanceSettings, DataSourcePlugin } from '@grafana/data';
import { PanelcastDataSource } from './datasource.ts';
import { QueryEditor } from './editor/QueryEditor.tsx';
import type { PanelcastOptions, PanelcastQuery } from './types.ts';
import { QueryVariables } from './variables/query-variables.ts';

/** The data source with its editors: they know it, it does not know them. */
class EditableDataSource extends PanelcastDataSource {
  constructor(settings: DataSourceInstanceSettings<PanelcastOptions>) {
    super(settings);
    this.variables = new QueryVariables(this, QueryEditor as QueryVariables['editor']);
  }
}

export const plugin = new DataSourcePlugin<PanelcastDataSource, PanelcastQuery, PanelcastOptions>(
  EditableDataSource,
).setQueryEditor(QueryEditor);
