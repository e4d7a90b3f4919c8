import { type DataFrame, type DataQueryResponse, LoadingState } from '@grafana/data';
import { catchError, forkJoin, map, type Observable, of } from 'rxjs';
import type { NotifierApi } from '../api/notifier-api.ts';
import type { Answer } from '../api/read-answer.ts';
import { requestFailure } from '../api/request-failure.ts';
import { panelFrames } from '../frames/panel-frames.ts';
import { RowOrder } from '../live/row-order.ts';
import { groupColumns } from '../live/shared-view.ts';
import { frameType } from '../live/transport-polling.ts';
import { ViewStore } from '../live/view-store.ts';
import { wireRequest } from '../live/wire-request.ts';
import type { PanelcastQueryError } from '../types.ts';
import { queryError, type RefusedTarget, type Target } from './target.ts';

interface Part {
  readonly frames: readonly DataFrame[];
  readonly error?: PanelcastQueryError;
}

/** Where a completed answer is wanted: every query asked once, by the same rooms that make live frames. */
export function oneAnswer(
  api: NotifierApi,
  key: string,
  targets: readonly Target[],
  refused: readonly RefusedTarget[],
): Observable<DataQueryResponse> {
  const refusals = refused.map(({ refId, refusal }) => queryError(refId, refusal));
  const parts = targets.map(target => partOf(api, target));
  const all = parts.length === 0 ? of([]) : forkJoin(parts);
  return all.pipe(
    map(answers => {
      const errors = [...refusals, ...answers.flatMap(({ error }) => error ?? [])];
      return {
        key,
        data: answers.flatMap(({ frames }) => frames),
        state: errors.length > 0 ? LoadingState.Error : LoadingState.Done,
        ...(errors.length > 0 && { errors }),
      };
    }),
  );
}

function partOf(api: NotifierApi, target: Target): Observable<Part> {
  return api.query(wireRequest(target.request)).pipe(
    map(answer => ({ frames: answerFrames(answer, target) })),
    catchError(error => of({ frames: [], error: queryError(target.refId, requestFailure(error)) })),
  );
}

export function answerFrames(answer: Answer, { format, refId, request }: Target): DataFrame[] {
  const { asOf, fields, values } = answer;
  const type = frameType(request, fields);
  const nowMs = Date.now();
  const store = new ViewStore();
  const order = new RowOrder(request.orderBy);
  store.rows.addOrder(order);
  const own = type === 'series' ? fields.slice(1) : fields;
  store.describe(groupColumns(request, own), request.historyMs ?? 0);
  store.stage({ type, view: '', asOf, fields, values });
  store.commit(asOf, nowMs);
  const knownMs = type === 'series' ? Number(values[0]?.at(-1) ?? nowMs) : nowMs;
  const meta = { custom: { asOf }, executedQueryString: JSON.stringify(request) };
  return panelFrames({ request, fields: own, store, order, knownMs }, { refId, format, meta });
}
