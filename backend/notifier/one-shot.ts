import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Columns, Field } from '../protocol/messages.ts';
import { MetricView } from '../views/metrics/metric-view.ts';
import type { ResolvedRequest } from '../views/resolve-request.ts';
import { RowsView } from '../views/rows-view.ts';
import { WindowView } from '../views/window-view.ts';

export interface Frame {
  readonly fields: readonly Field[];
  readonly values: Columns;
}

/** Fields under the registration's own names and in its order. */
export interface Answer extends Frame {
  readonly asOf: number;
  /** There are more rows than the bound; these are some of them, or the first where the request orders them. */
  readonly truncated?: 'rows';
}

/** Metrics are made from as many rows at most: a million take the store about three seconds, in which it does nothing else. */
const COUNTED_MAX = 1_000_000;

/**
 * One answer to a request, for those who cannot be pushed to. It is read as a view would be, and leaves none behind.
 * `past` is what is retained of the request's metric, where history was asked for.
 */
export function answerOnce(request: ResolvedRequest, nowMs: number, past?: Frame, rowsMax = Infinity): Answer {
  const { historyMs, source } = request;
  if (past !== undefined) return { asOf: source.seq, ...named(request, past) };
  const answer = cutOff(named(request, readFrame(request, nowMs, rowsMax)), rowsMax);
  if (historyMs === 0) return { asOf: source.seq, ...answer };
  // Nobody has watched it: its past is the present.
  const time = new Array<number>(answer.values[0]?.length ?? 0).fill(nowMs);
  return { asOf: source.seq, fields: [TIME, ...answer.fields], values: [time, ...answer.values] };
}

const TIME: Field = { name: 'time', type: 'integer', format: 'time-ms' };

function readFrame({ filter, orderBy, source, spec, table }: ResolvedRequest, nowMs: number, rowsMax: number): Frame {
  const where = filter.toSql(nowMs);
  if (spec.kind === 'metric') {
    const rows = source.read({ table, where, limit: COUNTED_MAX + 1 });
    if (rows.length > COUNTED_MAX)
      throw new PanelcastError(
        'limit-exceeded',
        `metrics of more than ${COUNTED_MAX} rows are not made for one answer; narrow the filter, or ask POST /api/sql`,
      );
    const metrics = new MetricView(spec);
    metrics.load(rows);
    return metrics.frame();
  }
  // One more than are given, to know whether there are more.
  const limit = rowsMax === Infinity ? {} : { limit: rowsMax + 1 };
  const order = orderBy.length === 0 ? {} : { orderBy };
  const origin = { source, readSpec: () => ({ table, where, ...order, ...limit }) };
  const view = spec.kind === 'rows' ? new RowsView(spec, origin) : new WindowView(spec, origin);
  return { fields: view.fields, values: JSON.parse(view.snapshotText()) as Columns };
}

function cutOff<T extends Frame>(frame: T, rowsMax: number): T | (T & Pick<Answer, 'truncated'>) {
  if ((frame.values[0]?.length ?? 0) <= rowsMax) return frame;
  return { ...frame, values: frame.values.map(column => column.slice(0, rowsMax)), truncated: 'rows' };
}

/** A view's frame as the request names it; a leading time is everybody's. */
function named({ fields }: ResolvedRequest, frame: Frame): Frame {
  const at = new Map(frame.fields.map(({ name }, i) => [name, frame.values[i]!]));
  const own = fields.map(({ of, ...field }) => field);
  const values = fields.map(({ name, of }) => at.get(of ?? name)!);
  const time =
    frame.fields[0]?.format === 'time-ms' && frame.fields.length > fields.length ? frame.values[0] : undefined;
  return time === undefined ? { fields: own, values } : { fields: [TIME, ...own], values: [time, ...values] };
}
