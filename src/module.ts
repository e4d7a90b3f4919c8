import { DataSourcePlugin } from '@grafana/data';
import { PanelcastDataSource } from './datasource.ts';
import { QueryEditor } from './editor/QueryEditor.tsx';
import type { PanelcastOptions, PanelcastQuery } from './types.ts';

export const plugin = new DataSourcePlugin<PanelcastDataSource, PanelcastQuery, PanelcastOptions>(
  PanelcastDataSource,
).setQueryEditor(QueryEditor);
