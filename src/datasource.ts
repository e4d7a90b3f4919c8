import {
  type DataFrame,
  type DataFrameJSON,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  dataFrameFromJSON,
  LoadingState,
  type ScopedVars,
  type TestDataSourceResponse,
} from '@grafana/data';
import { getBackendSrv, getTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { forkJoin, map, type Observable, of } from 'rxjs';
import type { Request } from '../backend/protocol/request.ts';
import { withEnumMappings } from './frames/enum-mappings.ts';
import { seriesFrames } from './frames/series-frames.ts';
import { interpolateFilter } from './interpolate.ts';
import type { PanelcastOptions, PanelcastQuery } from './types.ts';
import { PanelcastVariables } from './variables.ts';

interface QueryAnswer {
  readonly frames: readonly DataFrameJSON[];
  readonly asOf: number;
}

export class PanelcastDataSource extends DataSourceApi<PanelcastQuery, PanelcastOptions> {
  readonly #url: string;
  readonly #templates: TemplateSrv;

  constructor(settings: DataSourceInstanceSettings<PanelcastOptions>, templates: TemplateSrv = getTemplateSrv()) {
    super(settings);
    this.variables = new PanelcastVariables(this);
    this.#url = settings.url ?? '';
    this.#templates = templates;
  }

  override query(options: DataQueryRequest<PanelcastQuery>): Observable<DataQueryResponse> {
    const asked = options.targets.filter(target => !target.hide);
    if (asked.length === 0) return of({ data: [], state: LoadingState.Done });
    return forkJoin(asked.map(target => this.#answer(target, options.scopedVars))).pipe(
      map(frames => ({ key: options.requestId, data: frames.flat(), state: LoadingState.Done })),
    );
  }

  override filterQuery(query: PanelcastQuery): boolean {
    return query.request !== undefined;
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    await getBackendSrv().get(`${this.#url}/api/schema`);
    return { status: 'success', message: 'The notifier answers.' };
  }

  #answer(target: PanelcastQuery, scoped: ScopedVars): Observable<DataFrame[]> {
    const data = this.#interpolate(target.request, scoped);
    return getBackendSrv()
      .fetch<QueryAnswer>({ method: 'POST', url: `${this.#url}/api/query`, data, showErrorAlert: false })
      .pipe(map(answer => answer.data.frames.flatMap(frame => this.#frames(dataFrameFromJSON(frame), target))));
  }

  #frames(frame: DataFrame, target: PanelcastQuery): DataFrame[] {
    const named = { ...frame, fields: frame.fields.map(withEnumMappings) };
    const frames = target.format === 'series' ? seriesFrames(named, target.request.groupBy ?? []) : [named];
    return frames.map(made => ({ ...made, refId: target.refId }));
  }

  #interpolate(request: Request, scoped: ScopedVars): Request {
    if (request.filter === undefined) return request;
    return { ...request, filter: interpolateFilter(request.filter, this.#templates, scoped) };
  }
}
