import { PanelcastError } from '../lib/panelcast-error.ts';
import { ERROR_KINDS, type ErrorCode } from '../protocol/errors.ts';
import type { Request } from '../protocol/request.ts';
import type { TableSchema, Value } from '../protocol/schema.ts';

export interface SelectAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  readonly seq?: number;
  readonly truncated?: string;
}
export interface WriteAnswer {
  readonly changes: number;
  readonly seq: number;
}
export type SqlAnswer = SelectAnswer | WriteAnswer;

export interface EventsAnswer {
  readonly accepted: number;
  readonly seq: number;
  readonly rejected?: readonly { readonly index: number; readonly message: string }[];
}

export interface SchemaAnswer {
  readonly tables?: readonly Pick<TableSchema, 'name' | 'columns'>[];
  readonly functions?: readonly (string | { readonly name: string })[];
}

export interface NamesAnswer {
  readonly views: Readonly<Record<string, Request>>;
}

/** Far above the notifier's own limits: one that takes longer has lost us. A batch is then sent again under its key. */
const ANSWER_TIMEOUT_MS = 60_000;

/** What answers without a body of ours, such as a proxy in between. */
const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'forbidden',
  403: 'forbidden',
  404: 'not-found',
  413: 'too-large',
  429: 'rate-limited',
  502: 'overloaded',
  503: 'overloaded',
  504: 'timeout',
};

/** Speaks to a notifier over HTTP. Every failure is a `PanelcastError`, whose kind says whether to try again. */
export class ApiClient {
  readonly url: string;
  readonly token: string | undefined;

  constructor(url: string, token?: string) {
    this.url = url.replace(/\/+$/, '');
    this.token = token;
  }

  async sql(sql: string, params?: unknown, signal?: AbortSignal): Promise<SqlAnswer> {
    const body = JSON.stringify(params === undefined ? { sql } : { sql, params });
    return this.#send('/api/sql', { method: 'POST', body, signal: signal ?? null }) as Promise<SqlAnswer>;
  }

  /** The body is a JSON array of events. */
  async events(body: string, options: { idempotencyKey: string; partial: boolean }): Promise<EventsAnswer> {
    const path = `/api/events${options.partial ? '?partial=true' : ''}`;
    const headers = { 'idempotency-key': options.idempotencyKey };
    return this.#send(path, { method: 'POST', body, headers }) as Promise<EventsAnswer>;
  }

  async schema(): Promise<SchemaAnswer> {
    return this.#send('/api/schema', {}) as Promise<SchemaAnswer>;
  }

  async names(): Promise<NamesAnswer> {
    return this.#send('/api/names', {}) as Promise<NamesAnswer>;
  }

  async #send(path: string, init: RequestInit): Promise<unknown> {
    const headers = new Headers(init.headers);
    if (init.body) headers.set('content-type', 'application/json');
    if (this.token) headers.set('authorization', `Bearer ${this.token}`);
    let response: Response;
    let text: string;
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_TIMEOUT_MS), init.signal ?? []].flat());
      response = await fetch(this.url + path, { ...init, headers, signal });
      text = await response.text();
    } catch (cause) {
      throw this.#unreachable(cause);
    }
    const body = parse(text);
    if (response.ok && body !== undefined) return body;
    throw this.#refusal(response, body);
  }

  #unreachable(cause: unknown): PanelcastError {
    const name = cause instanceof Error ? cause.name : '';
    if (name === 'AbortError') return new PanelcastError('timeout', 'cancelled', { cause });
    if (name === 'TimeoutError') return new PanelcastError('timeout', `${this.url} did not answer in time`, { cause });
    return new PanelcastError('source-failed', `cannot reach ${this.url}: ${reasonOf(cause)}`, { cause });
  }

  #refusal(response: Response, body: unknown): PanelcastError {
    const { error } = (body ?? {}) as { error?: { code?: string; message?: string; position?: number } };
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const options = {
      ...(typeof error?.position === 'number' ? { position: error.position } : {}),
      ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {}),
    };
    const code = isErrorCode(error?.code) ? error.code : (CODE_BY_STATUS[response.status] ?? 'internal');
    const message = error?.message ?? `${this.url} answered ${response.status} and no message of Panelcast’s`;
    return new PanelcastError(code, message + this.#hintFor(code, message), options);
  }

  /** What is forbidden may be so for want of a token, or whoever asks; only the former is mended by one. */
  #hintFor(code: ErrorCode, message: string): string {
    return !this.token && code === 'forbidden' && /\btoken\b/.test(message) ? ' (--token or PANELCAST_TOKEN)' : '';
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not Panelcast's: the status alone tells.
    return undefined;
  }
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERROR_KINDS, code);
}

/** fetch says "fetch failed", and why in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'ECONNREFUSED') return 'connection refused; is `panelcast serve` running there?';
  if (code === 'ENOTFOUND') return 'no such host';
  if (cause.message === 'bad port')
    return 'browsers and this client refuse its port; let the notifier listen on another';
  return cause.message || String(code);
}
