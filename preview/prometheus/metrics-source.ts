import {
  type DataFrame,
  type DataQuery,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  FieldType,
  LoadingState,
  type TestDataSourceResponse,
} from '@grafana/data';
import { catchError, from, map, type Observable, share, switchMap, timer } from 'rxjs';
import { evaluate } from './evaluate.ts';
import { parseExposition } from './exposition.ts';
import { type Expression, parseExpression } from './expression.ts';
import { SampleStore } from './sample-store.ts';

export interface PromQuery extends DataQuery {
  readonly expr: string;
  readonly legendFormat?: string;
}

const SCRAPE_EVERY_MS = 2000;

/**
 * Stands in for Prometheus where there is none: reads the notifier's own /metrics while somebody looks, and answers
 * from what it has read since. One reader, however many panels.
 */
export class MetricsSource extends DataSourceApi<PromQuery> {
  readonly #store = new SampleStore();
  readonly #scrapes: Observable<unknown>;

  constructor(settings: DataSourceInstanceSettings) {
    super(settings);
    this.#scrapes = timer(0, SCRAPE_EVERY_MS).pipe(
      switchMap(() => from(this.#scrape(`${settings.url ?? ''}/metrics`))),
      share(),
    );
  }

  override query(request: DataQueryRequest<PromQuery>): Observable<DataQueryResponse> {
    const asked = request.targets.map(target => ({ target, expression: parseExpression(target.expr) }));
    const answer = (): DataQueryResponse => ({
      key: request.requestId,
      state: LoadingState.Streaming,
      data: asked.flatMap(({ target, expression }) => this.#frames(target, expression)),
    });
    return this.#scrapes.pipe(
      map(answer),
      catchError(async (error: Error) => ({ data: [], error: { message: error.message }, state: LoadingState.Error })),
    );
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    return { status: 'success', message: 'Reads the notifier’s own /metrics.' };
  }

  async #scrape(url: string): Promise<void> {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    this.#store.add(Date.now(), parseExposition(await response.text()));
  }

  #frames(target: PromQuery, expression: Expression): DataFrame[] {
    const lines = new Map<string, { labels: Record<string, string>; times: number[]; values: number[] }>();
    for (const timeMs of this.#store.times) {
      for (const { labels, value } of evaluate(expression, this.#store, timeMs)) {
        const key = JSON.stringify(labels);
        const line = lines.get(key) ?? { labels: { ...labels }, times: [], values: [] };
        line.times.push(timeMs);
        line.values.push(value);
        lines.set(key, line);
      }
    }
    return [...lines.values()].map(({ labels, times, values }) => ({
      refId: target.refId,
      length: times.length,
      fields: [
        { name: 'Time', type: FieldType.time, config: {}, values: times },
        {
          name: 'Value',
          type: FieldType.number,
          config: { displayNameFromDS: legend(target, labels) },
          labels,
          values,
        },
      ],
    }));
  }
}

function legend({ legendFormat = '__auto', expr }: PromQuery, labels: Readonly<Record<string, string>>): string {
  if (legendFormat !== '__auto')
    return legendFormat.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? '');
  return Object.values(labels).join(' ') || expr;
}
