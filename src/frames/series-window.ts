import type { Value } from '../../backend/protocol/schema.ts';
import type { SeriesLine, SeriesStore } from '../live/series-store.ts';

/**
 * The part of a view's past that one panel shows, in arrays of its own that are carried on from cut to cut: what is new
 * is put at the end, what is too old taken from the start. As with the columns of a table, Grafana may have emptied them.
 */
export class SeriesWindow {
  /** Of the moments and of now, ascending; the same for all lines. */
  readonly times: number[] = [];
  readonly #columns = new WeakMap<SeriesLine, readonly Value[][]>();
  #store: SeriesStore | undefined;
  /** The moments in the arrays, counted from the store's first of all. */
  #from = 0;
  #to = 0;
  /** As it was left: an array of another length is filled from the start. */
  #length = 0;

  /** From what holds at `fromMs` to now, for a metric holds until it changes. */
  show(store: SeriesStore, fromMs: number, untilMs: number): void {
    const [from, to] = [store.first + store.indexAt(fromMs), store.first + store.times.length];
    const isCarried = store === this.#store && this.#from <= from && from < this.#to;
    // Of the moments there were, the last may have changed.
    const kept = isCarried ? this.#to - 1 - from : 0;
    const carry = <T>(array: T[], source: readonly T[]): void => {
      const isKept = isCarried && array.length === this.#length;
      if (isKept) array.splice(0, from - this.#from);
      array.length = isKept ? kept : 0;
      for (let moment = from + array.length; moment < to; moment++) array.push(source[moment - store.first]!);
    };
    const lines = [...store.lines];
    carry(this.times, store.times);
    for (const line of lines) for (const [i, column] of this.columnsOf(line).entries()) carry(column, line.metrics[i]!);
    if (to > from) this.times[0] = Math.max(store.times[from - store.first]!, fromMs);
    this.#reach(lines, untilMs);
    [this.#store, this.#from, this.#to, this.#length] = [store, from, to, this.times.length];
  }

  /** Of each metric, the values at all times. */
  columnsOf(line: SeriesLine): readonly Value[][] {
    let columns = this.#columns.get(line);
    if (columns === undefined) {
      columns = line.metrics.map(() => []);
      this.#columns.set(line, columns);
    }
    return columns;
  }

  #reach(lines: readonly SeriesLine[], untilMs: number): void {
    const { times } = this;
    if (times.length === 0 || times.at(-1)! >= untilMs) return;
    times.push(untilMs);
    for (const line of lines) for (const column of this.columnsOf(line)) column.push(column.at(-1)!);
  }
}
