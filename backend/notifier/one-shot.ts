import type { Columns, Field } from '../protocol/messages.ts';
import { MetricsView } from '../views/metrics-view.ts';
import type { ResolvedRequest } from '../views/resolve-request.ts';
import { RowsView } from '../views/rows-view.ts';
import { WindowView } from '../views/window-view.ts';

export interface Answer {
  readonly asOf: number;
  /** The registration's own names and order. */
  readonly fields: readonly Field[];
  readonly values: Columns;
}

/** One answer to a request, for those who cannot be pushed to. It is read as a view would be, and leaves none behind. */
export function answerOnce(request: ResolvedRequest, nowMs: number): Answer {
  const { fields, filter, source, spec, table } = request;
  const read = () => ({ table, where: filter.toSql(nowMs) });
  const values = new Map<string, readonly (string | number | null)[]>();
  if (spec.kind === 'metric') {
    const frame = new MetricsView(spec, source, read).frame();
    frame.fields.forEach(({ name }, i) => {
      values.set(name, frame.values[i]!);
    });
  } else {
    const view = spec.kind === 'rows' ? new RowsView(spec, source, read) : new WindowView(spec, source, read);
    const columns = JSON.parse(view.snapshotText()) as Columns;
    view.fields.forEach(({ name }, i) => {
      values.set(name, columns[i]!);
    });
  }
  const own = fields.map(({ of, ...field }) => field);
  return { asOf: source.seq, fields: own, values: fields.map(({ name, of }) => values.get(of ?? name)!) };
}
