import {
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  DataTopic,
  dateMath,
  LoadingState,
  type PanelData,
  type TimeRange,
} from '@grafana/data';
import { toDataQueryError } from '@grafana/runtime';
import { catchError, from, map, merge, type Observable, of, share, takeUntil, timer } from 'rxjs';

/** A panel says "Loading" only when its answer takes longer than this; the same in Grafana. */
const LOADING_AFTER_MS = 200;

/**
 * Grafana's runRequest, which is in no package: answers are kept per packet key, the latest of each key together are
 * the panel's data. `share` with `takeUntil` is Grafana's own construction; a source that answers synchronously is
 * subscribed twice by it, here as there.
 */
export function runRequest(
  dataSource: DataSourceApi,
  request: DataQueryRequest,
  query: DataSourceApi['query'] = dataSource.query.bind(dataSource),
): Observable<PanelData> {
  const start: PanelData = { state: LoadingState.Loading, series: [], timeRange: request.range, request };
  if (request.targets.length === 0) return of({ ...start, state: LoadingState.Done });

  const packets = new Map<string, DataQueryResponse>();
  let latest = start;
  const answers = from(query(request)).pipe(
    map(packet => {
      packets.set(packet.key ?? 'A', packet);
      latest = combine(request, packet, [...packets.values()]);
      return latest;
    }),
    catchError(error => of(failed(latest, error))),
    share(),
  );
  return merge(
    timer(LOADING_AFTER_MS).pipe(
      map(() => latest),
      takeUntil(answers),
    ),
    answers,
  );
}

function combine(request: DataQueryRequest, last: DataQueryResponse, packets: readonly DataQueryResponse[]): PanelData {
  const frames = packets.flatMap(packet => packet.data as DataFrame[]);
  const isAnnotation = (frame: DataFrame) => frame.meta?.dataTopic === DataTopic.Annotations;
  const errors = packets.flatMap(packet => packet.errors ?? (packet.error ? [packet.error] : []));
  const state = last.state ?? (errors.length > 0 ? LoadingState.Error : LoadingState.Done);
  return {
    state,
    series: frames.filter(frame => !isAnnotation(frame)),
    annotations: frames.filter(isAnnotation),
    timeRange: state === LoadingState.Streaming ? movedToNow(request) : request.range,
    request,
    ...(errors.length > 0 && { error: errors[0], errors }),
  };
}

function failed(latest: PanelData, error: unknown): PanelData {
  const told = toDataQueryError(error);
  return { ...latest, state: LoadingState.Error, error: told, errors: [told] };
}

/** A relative range moves on with each streamed answer. */
function movedToNow({ range, rangeRaw }: DataQueryRequest): TimeRange {
  const raw = rangeRaw ?? range.raw;
  if (typeof raw.from !== 'string' || typeof raw.to !== 'string') return range;
  const [start, end] = [
    dateMath.toDateTime(raw.from, { roundUp: false }),
    dateMath.toDateTime(raw.to, { roundUp: true }),
  ];
  return start === undefined || end === undefined ? range : { from: start, to: end, raw };
}
