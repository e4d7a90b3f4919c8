import type { Row, Value } from '../../protocol/schema.ts';
import { decide } from '../../sql/diagram.ts';
import type { Variable } from '../../sql/variable.ts';
import type { Bucket } from './bucket.ts';
import { columnsChanged } from './changed-columns.ts';
import { MATCH, type Match } from './match.ts';
import type { Rest } from './rests.ts';
import type { PlaceIndex } from './value-index.ts';

/** One row of a transition, and the instant that now() stands for in it. */
export interface Image {
  readonly row: Row;
  readonly nowMs: number;
  readonly bit: Match;
}

/**
 * Goes through the buckets that the two rows of a transition lead to. A filter may be met more than once, under several
 * of its values or by either row; what is found out each time adds up.
 */
export class Walk {
  /** By id: the bits found so far. All zero between walks. */
  #kept = new Uint8Array(64);
  /** The ids found so far, which are the first `#count`. */
  #ids = new Uint32Array(64);
  #count = 0;
  /** Buckets found but not yet gone through; every level takes off what it put on. */
  readonly #found: Bucket[] = [];
  #changed = 0;
  /** What rests know which walk their answers are of; a walk within a report is another. */
  #number = 0;

  /** Must come before a walk that may meet the id. */
  makeRoomFor(id: number): void {
    if (id < this.#kept.length) return;
    const kept = new Uint8Array(2 * id);
    kept.set(this.#kept);
    this.#kept = kept;
    const ids = new Uint32Array(2 * id);
    ids.set(this.#ids);
    this.#ids = ids;
  }

  go(root: Bucket, before: Image | undefined, after: Image | undefined): void {
    this.#forget();
    this.#number++;
    if (before !== undefined && after !== undefined) {
      this.#changed = columnsChanged(before.row, after.row, before.nowMs !== after.nowMs);
      this.#both(root, before, after);
    } else if (after !== undefined) this.#one(root, after);
    else if (before !== undefined) this.#one(root, before);
  }

  /** Tells what was found and forgets it. Whoever is told may change the matcher, even walk again. */
  report(visit: (id: number, match: Match) => void): void {
    const found = new Array<number>(2 * this.#count);
    for (let i = 0; i < this.#count; i++) {
      found[2 * i] = this.#ids[i]!;
      found[2 * i + 1] = this.#kept[this.#ids[i]!]!; // an id is listed only once it has bits
    }
    this.#forget();
    for (let i = 0; i < found.length; i += 2) visit(found[i]!, found[i + 1] as Match);
  }

  /** Also what a walk left that ended in an error. */
  #forget(): void {
    for (let i = 0; i < this.#count; i++) this.#kept[this.#ids[i]!] = 0;
    this.#count = 0;
    this.#found.length = 0;
  }

  #both(bucket: Bucket, before: Image, after: Image): void {
    const { ids, rests } = bucket;
    for (let i = 0; i < ids.length; i++) {
      const rest = rests[i]!;
      if (rest.walk !== this.#number || rest.asked !== MATCH.stays) this.#askBoth(rest, before, after);
      if (rest.kept !== 0) this.#keep(ids[i]!, rest.kept);
    }
    for (const index of bucket.indexes) {
      const { variable } = index;
      const value = valueIn(variable, after);
      if (isSame(variable, before.row, after.row) || valueIn(variable, before) === value) {
        const from = this.#found.length;
        const to = this.#lookUp(index, value);
        for (let i = from; i < to; i++) this.#both(this.#found[i]!, before, after);
        this.#found.length = from;
      } else {
        this.#under(index, value, after);
        this.#under(index, valueIn(variable, before), before);
      }
    }
  }

  #one(bucket: Bucket, image: Image): void {
    const { ids, rests } = bucket;
    for (let i = 0; i < ids.length; i++) {
      const rest = rests[i]!;
      if (rest.walk !== this.#number || (rest.asked & image.bit) === 0) this.#ask(rest, image);
      if ((rest.kept & image.bit) !== 0) this.#keep(ids[i]!, image.bit);
    }
    for (const index of bucket.indexes) this.#under(index, valueIn(index.variable, image), image);
  }

  #under(index: PlaceIndex<Bucket>, value: Value, image: Image): void {
    const from = this.#found.length;
    const to = this.#lookUp(index, value);
    for (let i = from; i < to; i++) this.#one(this.#found[i]!, image);
    this.#found.length = from;
  }

  #lookUp(index: PlaceIndex<Bucket>, value: Value): number {
    index.find(value, this.#found);
    return this.#found.length;
  }

  #askBoth(rest: Rest, before: Image, after: Image): void {
    this.#ask(rest, after);
    if ((rest.reads & this.#changed) !== 0) this.#ask(rest, before);
    else rest.kept = rest.kept === 0 ? 0 : MATCH.stays;
    rest.asked = MATCH.stays;
  }

  #ask(rest: Rest, { row, nowMs, bit }: Image): void {
    if (rest.walk !== this.#number) {
      rest.walk = this.#number;
      rest.asked = 0;
      rest.kept = 0;
    }
    if ((rest.asked & bit) !== 0) return;
    rest.asked |= bit;
    if (decide(rest.diagram, row, nowMs)) rest.kept |= bit;
  }

  #keep(id: number, bits: number): void {
    const kept = this.#kept[id]!;
    if (kept === 0) this.#ids[this.#count++] = id;
    this.#kept[id] = kept | bits;
  }
}

function valueIn(variable: Variable, { row, nowMs }: Image): Value {
  return variable.index >= 0 ? row[variable.index]! : variable.read(row, nowMs);
}

/** Indexes are of plain or folded columns: one column's value decides. */
function isSame({ columns }: Variable, before: Row, after: Row): boolean {
  const { index } = columns[0]!;
  return before[index] === after[index];
}
