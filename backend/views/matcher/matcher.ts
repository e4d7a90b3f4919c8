import { assert } from '../../lib/assert.ts';
import type { Row } from '../../protocol/schema.ts';
import type { Filter } from '../../sql/filter.ts';
import { Bucket } from './bucket.ts';
import { MATCH, type Match } from './match.ts';
import { Rests } from './rests.ts';
import { Sample } from './sample.ts';
import { Walk } from './walk.ts';

export type FilterId = number;

export type Visit = (id: FilterId, match: Match) => void;

/**
 * Finds the filters of one table that a changed row concerns, without asking the others. Filters wait in buckets under a
 * value that a row must have to be kept at all; what remains to be asked there is the rest of the filter's diagram.
 */
export class Matcher {
  readonly #sample = new Sample();
  /** Where each filter waits; undefined for an id that is free. */
  readonly #homes: (Bucket[] | undefined)[] = [];
  readonly #root = new Bucket({ sample: this.#sample, rests: new Rests(), homes: this.#homes });
  readonly #free: FilterId[] = [];
  readonly #walk = new Walk();

  /** Some rows of the table, so that filters find good places before the first change is seen. */
  constructor(rows: Iterable<Row> = []) {
    for (const row of rows) this.#sample.take(row);
  }

  get size(): number {
    return this.#homes.length - this.#free.length;
  }

  add(filter: Filter): FilterId {
    const id = this.#free.pop() ?? this.#homes.length;
    this.#homes[id] = [];
    this.#walk.makeRoomFor(id);
    this.#root.add(filter.diagram, id);
    return id;
  }

  remove(id: FilterId): void {
    const homes = this.#homes[id];
    assert(homes !== undefined, `filter ${id} is in the matcher`);
    for (const bucket of [...homes]) bucket.remove(id);
    this.#homes[id] = undefined;
    this.#free.push(id);
  }

  /** An inserted row has no `before`, a deleted one no `after`. Each is asked with the time that it is looked at. */
  match(before: Row | undefined, after: Row | undefined, nowBefore: number, nowAfter: number, visit: Visit): void {
    const row = after ?? before;
    if (row !== undefined) this.#sample.see(row);
    this.#walk.go(
      this.#root,
      before && { row: before, nowMs: nowBefore, bit: MATCH.leaves },
      after && { row: after, nowMs: nowAfter, bit: MATCH.enters },
    );
    this.#walk.report(visit);
  }
}
