import { getBackendSrv } from '@grafana/runtime';
import { catchError, lastValueFrom, map, type Observable, throwError } from 'rxjs';
import { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import type { Request } from '../../backend/protocol/request.ts';
import type { ActionAnswer, ActionRequest } from '../../backend/protocol/row-action.ts';
import type { TableSchema, Value } from '../../backend/protocol/schema.ts';
import { type Answer, readAnswer } from './read-answer.ts';
import { requestFailure } from './request-failure.ts';

export interface SqlFunction {
  readonly name: string;
  readonly signature?: string;
  readonly description?: string;
}

/** A table of the store, or of the source that it names: what a request can be of. */
export interface AskedTable extends TableSchema {
  readonly source?: string;
}

interface SchemaAnswer {
  readonly tables?: readonly TableSchema[];
  readonly sources?: Readonly<Record<string, readonly TableSchema[]>>;
  readonly functions?: readonly SqlFunction[];
}

export interface Schema {
  readonly tables: readonly AskedTable[];
  readonly functions: readonly SqlFunction[];
}

/** What filters and requests are known by a name. */
export interface Names {
  readonly filters: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, Request>>;
}

export interface Written {
  readonly changes: number;
  readonly seq: number;
}

/** Columns seldom change; an editor that is opened later sees those that were added. */
const SCHEMA_MS = 60_000;

/** The notifier's HTTP routes, through Grafana's proxy. Every failure is a PanelcastError. */
export class NotifierApi {
  readonly #url: string;
  #schema: { readonly answer: Promise<Schema>; readonly askedMs: number } | undefined;

  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '');
  }

  query(request: Request): Observable<Answer> {
    return this.#post<Parameters<typeof readAnswer>[0]>('/api/query', request).pipe(map(readAnswer));
  }

  /** Asked once for all editors of the page. */
  schema(): Promise<Schema> {
    const nowMs = Date.now();
    if (this.#schema === undefined || nowMs - this.#schema.askedMs > SCHEMA_MS) {
      const answer = lastValueFrom(this.#send<SchemaAnswer | null>('GET', '/api/schema')).then(readSchema);
      this.#schema = { answer, askedMs: nowMs };
      answer.catch(() => {
        this.#schema = undefined;
      });
    }
    return this.#schema.answer;
  }

  names(): Promise<Names> {
    return lastValueFrom(this.#send<Names>('GET', '/api/names'));
  }

  /** For operators. When it answers, every page that shows these rows has been sent the cut with them. */
  act(action: ActionRequest): Promise<ActionAnswer> {
    return lastValueFrom(this.#post<ActionAnswer>('/api/actions', action));
  }

  /** An edit of event tables; for operators. Its rows have been sent to every viewer once `flush(seq)` has answered. */
  write(sql: string, params: readonly Value[] = []): Promise<Written> {
    return lastValueFrom(this.#post<Written>('/api/sql', { sql, params }));
  }

  flush(minSeq: number): Promise<{ readonly asOf: number }> {
    return lastValueFrom(this.#post<{ asOf: number }>('/api/flush', { minSeq }));
  }

  #post<T>(path: string, data: unknown): Observable<T> {
    return this.#send<T>('POST', path, data);
  }

  #send<T>(method: 'GET' | 'POST', path: string, data?: unknown): Observable<T> {
    return getBackendSrv()
      .fetch<T>({ method, url: `${this.#url}${path}`, data, showErrorAlert: false, showSuccessAlert: false })
      .pipe(
        map(answer => answer.data),
        catchError(error => throwError(() => requestFailure(error))),
      );
  }
}

/** Whatever answers at a mistaken address answers with its start page, and well. */
function readSchema(answer: SchemaAnswer | null): Schema {
  const { functions = [], sources = {}, tables } = answer ?? {};
  if (!Array.isArray(tables)) throw new PanelcastError('not-found', 'what answers there does not speak as one');
  const others = Object.entries(sources).flatMap(([source, own]) => own.map(table => ({ ...table, source })));
  return { tables: [...tables, ...others], functions };
}
