import { CustomVariableSupport, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import type { Observable } from 'rxjs';
import type { PanelcastDataSource } from './datasource.ts';
import { QueryEditor } from './editor/QueryEditor.tsx';
import type { PanelcastQuery } from './types.ts';

/** A variable asks like a panel; its values are those of the answer's first text column. */
export class PanelcastVariables extends CustomVariableSupport<PanelcastDataSource, PanelcastQuery> {
  readonly #source: PanelcastDataSource;
  override readonly editor = QueryEditor;

  constructor(source: PanelcastDataSource) {
    super();
    this.#source = source;
  }

  override query(request: DataQueryRequest<PanelcastQuery>): Observable<DataQueryResponse> {
    return this.#source.query(request);
  }
}
