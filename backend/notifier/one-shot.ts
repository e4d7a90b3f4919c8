import type { Columns, Field } from '../protocol/messages.ts';
import { MetricsView } from '../views/metrics-view.ts';
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
}

/**
 * One answer to a request, for those who cannot be pushed to. It is read as a view would be, and leaves none behind.
 * `past` is what is retained of the request's metric, where history was asked for.
 */
export function answerOnce(request: ResolvedRequest, nowMs: number, past?: Frame): Answer {
  const { historyMs, source } = request;
  if (past !== undefined) return { asOf: source.seq, ...named(request, past) };
  const answer = named(request, readFrame(request, nowMs));
  if (historyMs === 0) return { asOf: source.seq, ...answer };
  // Nobody has watched it: its past is the present.
  const time = new Array<number>(answer.values[0]?.length ?? 0).fill(nowMs);
  return { asOf: source.seq, fields: [TIME, ...answer.fields], values: [time, ...answer.values] };
}

const TIME: Field = { name: 'time', type: 'integer', format: 'time-ms' };

function readFrame({ filter, source, spec, table }: ResolvedRequest, nowMs: number): Frame {
  const origin = { source, readSpec: () => ({ table, where: filter.toSql(nowMs) }) };
  if (spec.kind === 'metric') return new MetricsView(spec, origin).frame();
  const view = spec.kind === 'rows' ? new RowsView(spec, origin) : new WindowView(spec, origin);
  return { fields: view.fields, values: JSON.parse(view.snapshotText()) as Columns };
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
