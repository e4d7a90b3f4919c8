import { unreachable } from '../../backend/lib/assert.ts';
import type {
  Columns,
  Delta,
  Field,
  Gap,
  Metric,
  RowChange,
  Rows,
  Series,
  Snap,
} from '../../backend/protocol/messages.ts';
import { ChangeLog } from './change-log.ts';
import { RowTable } from './row-table.ts';
import { SeriesStore } from './series-store.ts';

export type ViewMessage = Snap | Delta | Rows | Metric | Series | Gap;

export interface MetricFrame {
  readonly fields: readonly Field[];
  readonly values: Columns;
}

/**
 * What this page knows of one view. Invariant: between two commits nothing of it changes, so that whatever is read of
 * several views after one cut belongs together. Frames are absolute: one that comes twice changes nothing.
 */
export class ViewStore {
  readonly rows = new RowTable();
  readonly changes = new ChangeLog();
  metric: MetricFrame | undefined;
  series: SeriesStore | undefined;
  /** The position of what it holds, or undefined as long as it holds nothing. */
  asOf: number | undefined;
  /** What the notifier had to let go, until a snapshot makes up for it. */
  gap: { readonly from: number; readonly to: number } | undefined;
  /** When this page last skipped what lay between. */
  conflatedMs: number | undefined;
  /** The longest past that a panel wants. */
  #historyMs = 0;
  #groups = 0;
  #seq = 0;
  #pending: ViewMessage[] = [];

  get isDirty(): boolean {
    return this.#pending.length > 0;
  }

  get isMetric(): boolean {
    return this.metric !== undefined;
  }

  /** How many leading fields of the metric name the group, and how long its past is wanted. */
  describe(groups: number, historyMs: number): void {
    this.#groups = groups;
    if (historyMs <= this.#historyMs) return;
    this.#historyMs = historyMs;
  }

  stage(message: ViewMessage): void {
    // A snapshot makes what was staged before it void: a page that comes back late applies only the last.
    if (message.type === 'snap') this.#pending = [];
    this.#pending.push(message);
  }

  /** What was staged and not committed belongs to a connection that is gone. */
  forgetStaged(): void {
    this.#pending = [];
  }

  /** Applies everything staged, at a cut. */
  commit(asOf: number, nowMs: number): void {
    const staged = this.#pending;
    this.#pending = [];
    for (const message of staged) this.#apply(message, nowMs);
    this.rows.settle();
    this.asOf = asOf;
  }

  #apply(message: ViewMessage, nowMs: number): void {
    switch (message.type) {
      case 'snap':
        this.#snap(message, nowMs);
        break;
      case 'delta':
        if (message.remove) this.rows.remove(message.remove);
        if (message.upsert) this.rows.upsert(message.upsert);
        break;
      case 'rows':
        for (const change of message.changes) this.#change(change);
        break;
      case 'metric':
        this.metric = { fields: message.fields, values: message.values };
        this.#record(this.metric, nowMs);
        break;
      case 'series':
        this.series = new SeriesStore(this.#historyMs);
        this.series.load(message, this.#groups, nowMs);
        break;
      case 'gap':
        this.gap = { from: message.from, to: message.to };
        break;
      default:
        unreachable(message);
    }
  }

  #snap({ asOf, conflated, fields, values }: Snap, nowMs: number): void {
    this.rows.reset(fields, values);
    this.changes.clear();
    this.gap = undefined;
    this.#seq = asOf;
    if (conflated) this.conflatedMs = nowMs;
  }

  /** A change that is in the snapshot already, or was told before the connection broke, comes again. */
  #change({ key, op, seq, values }: RowChange): void {
    if (seq <= this.#seq) return;
    this.#seq = seq;
    this.changes.push({ seq, op, values });
    if (op === 'leave') this.rows.remove([key]);
    else this.rows.upsertRow(values);
  }

  #record(frame: MetricFrame, nowMs: number): void {
    if (this.#historyMs === 0) return;
    this.series ??= new SeriesStore(this.#historyMs);
    this.series.record(frame, this.#groups, nowMs);
  }
}
