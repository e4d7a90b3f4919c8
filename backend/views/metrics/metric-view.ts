import { assert } from '../../lib/assert.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import type { Columns, Field } from '../../protocol/messages.ts';
import type { Row, Value } from '../../protocol/schema.ts';
import { compareTuples } from '../value-order.ts';
import { metricFields } from './metric-fields.ts';
import { MetricGroup } from './metric-group.ts';
import type { MetricViewSpec } from './metric-spec.ts';
import { topGroups } from './top-groups.ts';

/** Absolute values, one row a group. Never changed once handed out; the same object as long as nothing differs. */
export interface MetricFrame {
  readonly fields: readonly Field[];
  readonly values: Columns;
}

/**
 * Groups of one view. A frame of more could not be sent every second (about 10 MB), and a key used as a group column by
 * mistake should fail with a sentence rather than eat the memory of the others.
 */
export const METRIC_GROUPS_MAX = 100_000;

/**
 * A metric view, kept from row transitions instead of rows. Invariant: after any history its frame is what SQL's GROUP
 * BY would answer over the rows that are now inside, with groups in the order of their columns. Without group columns
 * there is always exactly one row, also over nothing.
 */
export class MetricView {
  readonly fields: readonly Field[];
  readonly #spec: MetricViewSpec;
  readonly #groups = new Map<Value, MetricGroup>();
  /** By label; misses `#entered` and may still hold groups that were dropped (their rows are 0). */
  #sorted: MetricGroup[] = [];
  readonly #entered = new Set<MetricGroup>();
  #regrouped = false;
  #frame: MetricFrame | undefined;
  #cutFrame: MetricFrame | undefined;
  #stale = true;
  #dirty = true;

  constructor(spec: MetricViewSpec) {
    this.#spec = spec;
    this.fields = metricFields(spec);
    if (spec.groupBy.length === 0) this.#enterGroup('', []);
  }

  /** Something that is measured changed since the last `takeCut`. */
  get dirty(): boolean {
    return this.#dirty;
  }

  load(rows: Iterable<Row>): void {
    for (const row of rows) this.apply(undefined, row);
  }

  /** One transition; undefined means that the row was not, or is no longer, in the filter. */
  apply(before: Row | undefined, after: Row | undefined): void {
    if (before !== undefined && after !== undefined && this.#sameGroup(before, after)) {
      if (this.#groupOf(before).replace(before, after)) this.#touch();
      return;
    }
    if (before !== undefined) this.#remove(before);
    if (after !== undefined) this.#add(after);
  }

  /** The frame of now. */
  frame(): MetricFrame {
    if (this.#stale || this.#frame === undefined) {
      this.#frame = this.#renewed();
      this.#stale = false;
    }
    return this.#frame;
  }

  /** The frame if it differs from the last that was taken: changes that cancelled out are not worth a message. */
  takeCut(): MetricFrame | undefined {
    if (!this.#dirty) return undefined;
    this.#dirty = false;
    const frame = this.frame();
    if (frame === this.#cutFrame) return undefined;
    this.#cutFrame = frame;
    return frame;
  }

  #add(row: Row): void {
    const key = this.#keyOf(row);
    const group =
      this.#groups.get(key) ??
      this.#enterGroup(
        key,
        this.#spec.groupBy.map(column => row[column]!),
      );
    group.add(row);
    this.#touch();
  }

  #remove(row: Row): void {
    const group = this.#groupOf(row);
    group.remove(row);
    if (group.rows === 0 && this.#spec.groupBy.length > 0) {
      this.#groups.delete(this.#keyOf(row));
      this.#entered.delete(group);
      this.#regrouped = true;
    }
    this.#touch();
  }

  #touch(): void {
    this.#stale = true;
    this.#dirty = true;
  }

  #enterGroup(key: Value, label: readonly Value[]): MetricGroup {
    if (this.#groups.size >= METRIC_GROUPS_MAX) {
      const columns = this.#spec.groupBy.map(index => this.#spec.table.columns[index]!.name).join(', ');
      throw new PanelcastError(
        'limit-exceeded',
        `more than ${METRIC_GROUPS_MAX} groups by ${columns}; group by columns with fewer values, or narrow the filter`,
      );
    }
    const group = new MetricGroup(label, this.#spec.metrics);
    this.#groups.set(key, group);
    this.#entered.add(group);
    this.#regrouped = true;
    return group;
  }

  #groupOf(row: Row): MetricGroup {
    const group = this.#groups.get(this.#keyOf(row));
    assert(group !== undefined, 'a row left a group that it never entered');
    return group;
  }

  #sameGroup(before: Row, after: Row): boolean {
    return this.#spec.groupBy.every(column => before[column] === after[column]);
  }

  /** Equal exactly for equal labels: lengths keep neighbours apart, letters the types. */
  #keyOf(row: Row): Value {
    const { groupBy } = this.#spec;
    if (groupBy.length === 0) return '';
    if (groupBy.length === 1) return row[groupBy[0]!]!;
    let key = '';
    for (const column of groupBy) {
      const value = row[column]!;
      if (value === null) key += 'n';
      else key += typeof value === 'number' ? `d${value};` : `t${value.length}:${value}`;
    }
    return key;
  }

  #renewed(): MetricFrame {
    const { orderBy = [], limit = Number.POSITIVE_INFINITY } = this.#spec;
    const groups = topGroups(this.#sortedGroups(), orderBy, limit);
    const values = this.fields.map((_, field) => groups.map(group => group.cells[field]!));
    return this.#frame !== undefined && sameColumns(this.#frame.values, values)
      ? this.#frame
      : { fields: this.fields, values };
  }

  /** The entered ones behind a sorted run: the sort then merges two runs instead of starting over. */
  #sortedGroups(): readonly MetricGroup[] {
    if (this.#regrouped) {
      const byLabel = (a: MetricGroup, b: MetricGroup) => compareTuples(a.label, b.label);
      const stayed = this.#sorted.filter(group => group.rows > 0);
      this.#sorted = [...stayed, ...[...this.#entered].sort(byLabel)].sort(byLabel);
      this.#entered.clear();
      this.#regrouped = false;
    }
    return this.#sorted;
  }
}

function sameColumns(a: Columns, b: Columns): boolean {
  return a.every((column, i) => {
    const other = b[i]!;
    return column.length === other.length && column.every((value, row) => value === other[row]);
  });
}
