import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { lastValueFrom, Observable } from 'rxjs';
import type { NotifierDoor } from './notifier-door.ts';

/**
 * Grafana's backendSrv over the browser's fetch: same errors, and a new request of a requestId cancels the former. A
 * notifier that does not answer is told as Grafana's proxy tells it, and what that proxy would add is added here.
 */
export class PageBackend implements BackendSrv {
  readonly #door: NotifierDoor;
  readonly #underWay = new Map<string, AbortController>();

  constructor(door: NotifierDoor) {
    this.#door = door;
  }

  fetch<T>(options: BackendSrvRequest): Observable<FetchResponse<T>> {
    return this.#observe(options, async (response, emit) => {
      const data = (await readBody(response, options)) as T;
      if (!response.ok) throw fetchError(options, response, data);
      emit(answer(options, response, data));
    });
  }

  chunked(options: BackendSrvRequest): Observable<FetchResponse<Uint8Array | undefined>> {
    return this.#observe(options, async (response, emit) => {
      if (response.body === null) return emit(answer(options, response, undefined));
      const reader = response.body.getReader();
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
        emit(answer(options, response, chunk.value));
    });
  }

  get<T>(url: string, params?: BackendSrvRequest['params'], requestId?: string, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({
      ...options,
      method: 'GET',
      url,
      ...(params && { params }),
      ...(requestId && { requestId }),
    });
  }

  delete<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'DELETE', url, data });
  }

  post<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'POST', url, data });
  }

  patch<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'PATCH', url, data });
  }

  put<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'PUT', url, data });
  }

  async request<T>(options: BackendSrvRequest): Promise<T> {
    return (await this.datasourceRequest<T>(options)).data;
  }

  datasourceRequest<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
    return lastValueFrom(this.fetch<T>(options));
  }

  #observe<T>(
    options: BackendSrvRequest,
    read: (response: Response, emit: (answer: FetchResponse<T>) => void) => Promise<void>,
  ): Observable<FetchResponse<T>> {
    return new Observable(subscriber => {
      const abort = new AbortController();
      if (options.requestId !== undefined) {
        this.#underWay.get(options.requestId)?.abort();
        this.#underWay.set(options.requestId, abort);
      }
      send({ ...options, headers: { ...this.#door.headers, ...options.headers } }, abort.signal)
        .then(response => this.#letIn(response))
        .then(response => read(response, value => subscriber.next(value)))
        .then(
          () => subscriber.complete(),
          error => subscriber.error(abort.signal.aborted ? cancelled(options) : asFetchError(options, error)),
        );
      return () => abort.abort();
    });
  }

  /** It may be one action that is refused, or by now the whole page. */
  #letIn(response: Response): Response {
    if (response.status === 403) void this.#door.knock();
    return response;
  }
}

function send(options: BackendSrvRequest, signal: AbortSignal): Promise<Response> {
  const url = new URL(options.url, location.origin);
  for (const [name, value] of Object.entries(options.params ?? {})) url.searchParams.set(name, String(value));
  const body = options.data === undefined ? null : JSON.stringify(options.data);
  const headers = { ...(body !== null && { 'content-type': 'application/json' }), ...options.headers };
  return fetch(url, { method: options.method ?? 'GET', headers, body, signal });
}

async function readBody(response: Response, options: BackendSrvRequest): Promise<unknown> {
  if (options.responseType === 'text') return response.text();
  if (options.responseType === 'arraybuffer') return response.arrayBuffer();
  if (options.responseType === 'blob') return response.blob();
  const text = await response.text();
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // As in Grafana: what is not JSON is handed over as text.
    return text;
  }
}

function answer<T>(config: BackendSrvRequest, response: Response, data: T): FetchResponse<T> {
  const { status, statusText, ok, headers, redirected, type, url } = response;
  return { data, status, statusText, ok, headers, redirected, type, url, config };
}

function fetchError(config: BackendSrvRequest, response: Response, data: unknown): FetchError {
  return { status: response.status, statusText: response.statusText, data, config };
}

function asFetchError(config: BackendSrvRequest, error: unknown): FetchError {
  if (typeof error === 'object' && error !== null && 'status' in error) return error as FetchError;
  return { status: 502, statusText: 'Bad Gateway', data: {}, config };
}

function cancelled(config: BackendSrvRequest): FetchError {
  return { status: -1, statusText: 'Request was aborted', data: {}, cancelled: true, config };
}
