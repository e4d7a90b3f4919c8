import {
  type AdHocVariableFilter,
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceGetTagKeysOptions,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  LoadingState,
  type MetricFindValue,
  type ScopedVars,
  type TestDataSourceResponse,
} from '@grafana/data';
import { getTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { map, type Observable, of } from 'rxjs';
import { PanelcastError } from '../backend/lib/panelcast-error.ts';
import type { Request } from '../backend/protocol/request.ts';
import { annotationSupport } from './annotations.ts';
import { NotifierApi } from './api/notifier-api.ts';
import { requestFailure } from './api/request-failure.ts';
import { DEFAULT_TABLE, tableName } from './api/table-name.ts';
import { defaultFormat } from './frames/panel-frames.ts';
import { withRefusals } from './frames/refusal-frames.ts';
import { checkHealth } from './health/health-check.ts';
import { browserPage } from './live/browser-page.ts';
import { Hub } from './live/hub.ts';
import type { Page } from './live/page.ts';
import { STEPS, type Step, type Transports } from './live/transport.ts';
import { transportsTo } from './live/transports.ts';
import { wantsOneAnswer } from './query/completion.ts';
import { displayText } from './query/display-text.ts';
import { liveQuery } from './query/live-query.ts';
import { oneAnswer } from './query/one-answer.ts';
import type { RefusedTarget, Target } from './query/target.ts';
import type { Format, PanelcastOptions, PanelcastQuery } from './types.ts';
import { interpolateRequest, mentionsVariables } from './variables/interpolate-request.ts';
import { Variables } from './variables/references.ts';
import { tagKeys, tagValues } from './variables/tags.ts';

/** A chart over time that does not say how much past it wants. */
const HISTORY_MS = 3_600_000;

/** A page has no durable name under which changes could wait for it. */
const NO_SAF =
  'mode saf keeps changes for a program with a name while it is away, and a panel is none; its modes are net, all and immediate';

/** What tests put in the place of the browser and of Grafana. */
export interface DataSourceHouse {
  readonly templates: TemplateSrv;
  readonly page: Page;
  readonly transports: Transports;
}

/** A data source's instance lives as long as the browser tab; with it its one connection. */
export class PanelcastDataSource extends DataSourceApi<PanelcastQuery, PanelcastOptions> {
  readonly api: NotifierApi;
  readonly hub: Hub;
  override readonly annotations = annotationSupport;
  readonly #templates: TemplateSrv;
  readonly #page: Page;
  readonly #transports: Transports;
  readonly #steps: readonly Step[];

  constructor(settings: DataSourceInstanceSettings<PanelcastOptions>, house: Partial<DataSourceHouse> = {}) {
    super(settings);
    const url = settings.url ?? '';
    const { transport } = settings.jsonData ?? {};
    this.api = new NotifierApi(url);
    this.#templates = house.templates ?? getTemplateSrv();
    this.#page = house.page ?? browserPage;
    this.#transports = house.transports ?? transportsTo(url, this.api);
    this.#steps = transport === undefined ? STEPS : [transport];
    this.hub = new Hub({ page: this.#page, transports: this.#transports, steps: this.#steps });
  }

  override query(asked: DataQueryRequest<PanelcastQuery>): Observable<DataQueryResponse> {
    const answers = wantsOneAnswer(asked) ? this.answer(asked) : this.#live(asked);
    // Explore tells faults in words, and annotations have no panel of their own.
    if (asked.app === CoreApp.Explore || asked.targets.some(({ once }) => once)) return answers;
    const formats = new Map(asked.targets.filter(this.filterQuery).map(target => [target.refId, formatOf(target)]));
    return answers.pipe(map(answer => withRefusals(answer, refId => formats.get(refId) ?? 'table', this.#page.now())));
  }

  /** The same as `query`, but always one answer that completes. */
  answer(asked: DataQueryRequest<PanelcastQuery>): Observable<DataQueryResponse> {
    const { refused, targets } = this.#prepare(asked);
    return oneAnswer(this.api, asked.requestId, targets, refused);
  }

  override filterQuery({ hide, request }: PanelcastQuery): boolean {
    return hide !== true && request !== undefined;
  }

  override getDefaultQuery(app: CoreApp): Partial<PanelcastQuery> {
    const limit = app === CoreApp.Explore ? 500 : 1000;
    return {
      request: { filter: 'severity >= 3', orderBy: [{ column: 'last_occurrence', desc: true }], limit },
      format: 'table',
      editor: 'builder',
    };
  }

  override getQueryDisplayText({ request }: PanelcastQuery): string {
    return displayText(request);
  }

  override targetContainsTemplate({ request }: PanelcastQuery): boolean {
    return mentionsVariables(request);
  }

  override interpolateVariablesInQueries(
    queries: PanelcastQuery[],
    scopedVars: ScopedVars,
    filters: AdHocVariableFilter[] = [],
  ): PanelcastQuery[] {
    return queries.map(query => this.applyTemplateVariables(query, scopedVars, filters));
  }

  applyTemplateVariables(
    query: PanelcastQuery,
    scopedVars: ScopedVars,
    filters: AdHocVariableFilter[] = [],
  ): PanelcastQuery {
    return { ...query, request: this.#interpolate(query.request, scopedVars, filters) };
  }

  override getTagKeys(options?: DataSourceGetTagKeysOptions<PanelcastQuery>): Promise<MetricFindValue[]> {
    return tagKeys(this.api, tablesOf(options?.queries));
  }

  override getTagValues(options: DataSourceGetTagValuesOptions<PanelcastQuery>): Promise<MetricFindValue[]> {
    return tagValues(this.api, tablesOf(options.queries), options);
  }

  override testDatasource(): Promise<TestDataSourceResponse> {
    return checkHealth({ api: this.api, page: this.#page, steps: this.#steps, transports: this.#transports });
  }

  /** An edit of rows, for operators; resolves when this page shows it, in the same cut as every other page. */
  async write(sql: string, params: readonly (string | number | null)[] = []): Promise<void> {
    const { seq } = await this.api.write(sql, params);
    await (this.hub.size > 0 ? this.hub.flush(seq) : this.api.flush(seq));
  }

  #live(asked: DataQueryRequest<PanelcastQuery>): Observable<DataQueryResponse> {
    const { refused, targets } = this.#prepare(asked);
    if (targets.length + refused.length === 0) return of({ data: [], state: LoadingState.Done });
    return liveQuery(this.hub, { key: asked.requestId, targets, refused });
  }

  #prepare(asked: DataQueryRequest<PanelcastQuery>): { targets: Target[]; refused: RefusedTarget[] } {
    const targets: Target[] = [];
    const refused: RefusedTarget[] = [];
    for (const query of asked.targets.filter(target => this.filterQuery(target))) {
      try {
        targets.push(this.#target(query, asked));
      } catch (error) {
        refused.push({ refId: query.refId, refusal: requestFailure(error) });
      }
    }
    return { targets, refused };
  }

  #target(query: PanelcastQuery, { filters, scopedVars }: DataQueryRequest<PanelcastQuery>): Target {
    const request = this.#interpolate(query.request, scopedVars, filters);
    if (request.mode === 'saf') throw new PanelcastError('bad-request', NO_SAF);
    const format = formatOf({ ...query, request });
    const wantsPast = format === 'series' && request.metrics !== undefined && request.historyMs === undefined;
    return { refId: query.refId, format, request: wantsPast ? { ...request, historyMs: HISTORY_MS } : request };
  }

  #interpolate(request: Request, scopedVars: ScopedVars, filters: readonly AdHocVariableFilter[] = []): Request {
    return interpolateRequest(request, new Variables(this.#templates, scopedVars), filters);
  }
}

function formatOf({ format, request }: PanelcastQuery): Format {
  return format ?? defaultFormat(request);
}

function tablesOf(queries: readonly PanelcastQuery[] = []): ReadonlySet<string> {
  const tables = queries.flatMap(query => (query.request ? [tableName(query.request)] : []));
  return new Set(tables.length > 0 ? tables : [DEFAULT_TABLE]);
}
