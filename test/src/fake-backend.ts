import type { BackendSrv, BackendSrvRequest, FetchResponse } from '@grafana/runtime';
import { defer, type Observable, of, throwError } from 'rxjs';

type Answer = (path: string, data: unknown) => unknown;

/** Grafana's backendSrv over a function. What it throws is Grafana's FetchError. */
export class FakeBackend {
  readonly asked: { readonly path: string; readonly data: unknown }[] = [];
  answer: Answer;

  constructor(answer: Answer) {
    this.answer = answer;
  }

  get service(): BackendSrv {
    return { fetch: (options: BackendSrvRequest) => this.#fetch(options) } as unknown as BackendSrv;
  }

  #fetch({ data, url }: BackendSrvRequest): Observable<FetchResponse<unknown>> {
    return defer(() => {
      this.asked.push({ path: url, data });
      try {
        return of({ data: this.answer(url, data), status: 200, ok: true } as FetchResponse<unknown>);
      } catch (error) {
        return throwError(() => error);
      }
    });
  }
}

export function refusal(status: number, error: { code: string; message: string; position?: number }) {
  return { status, statusText: 'refused', data: { error }, config: { url: '' } };
}
