import { assert } from '../../lib/assert.ts';
import type { Value } from '../../protocol/schema.ts';
import type { Variable } from '../../sql/variable.ts';
import type { Place } from './place.ts';
import type { PlaceIndex } from './value-index.ts';

/** Shorter literals are found in too many texts to wait for. */
export const LITERAL_MIN = 3;

/** A power of two, and in the first-level cache beside everything else. */
const HASHES = 4_096;

interface Entry<B> {
  readonly literal: string;
  readonly bucket: B;
  /** The search that found it last, so that a literal that comes twice is one answer. */
  foundIn: number;
}

/**
 * For `LIKE '%literal%'`: literals by their first three UTF-16 units, which a text is read through once for. It costs the
 * length of the text, whatever the number of literals, and unlike an automaton it changes in no time.
 */
export class ContainsIndex<B> implements PlaceIndex<B> {
  readonly key: string;
  /** Of the folded text. */
  readonly variable: Variable;
  readonly #byBegin = new Map<number, Entry<B>[]>();
  /** How many begins have each hash: most places of a text are passed by without a look into the map. */
  readonly #hashes = new Uint16Array(HASHES);
  #searches = 0;

  constructor(key: string, variable: Variable) {
    this.key = key;
    this.variable = variable;
  }

  get isEmpty(): boolean {
    return this.#byBegin.size === 0;
  }

  get(place: Place): B | undefined {
    const literal = literalOf(place);
    return this.#byBegin.get(begin(literal, 0))?.find(entry => entry.literal === literal)?.bucket;
  }

  set(place: Place, bucket: B): void {
    const literal = literalOf(place);
    const entry = { literal, bucket, foundIn: 0 };
    const key = begin(literal, 0);
    const entries = this.#byBegin.get(key);
    if (entries !== undefined) entries.push(entry);
    else {
      this.#byBegin.set(key, [entry]);
      this.#hashes[hash(literal, 0)]!++;
    }
  }

  delete(place: Place): void {
    const literal = literalOf(place);
    const key = begin(literal, 0);
    const left = this.#byBegin.get(key)!.filter(entry => entry.literal !== literal);
    if (left.length > 0) this.#byBegin.set(key, left);
    else {
      this.#byBegin.delete(key);
      this.#hashes[hash(literal, 0)]!--;
    }
  }

  find(value: Value, found: B[]): void {
    if (typeof value !== 'string') return;
    const search = ++this.#searches;
    for (let at = 0; at + LITERAL_MIN <= value.length; at++) {
      if (this.#hashes[hash(value, at)] === 0) continue;
      const entries = this.#byBegin.get(begin(value, at));
      if (entries === undefined) continue;
      for (const entry of entries) {
        if (entry.foundIn === search || !value.startsWith(entry.literal, at)) continue;
        entry.foundIn = search;
        found.push(entry.bucket);
      }
    }
  }
}

function literalOf(place: Place): string {
  assert(place.kind === 'contains', 'a text is searched for literals only');
  return place.literal;
}

/** Three 16-bit units as one whole number, below 2^48. */
function begin(text: string, at: number): number {
  return text.charCodeAt(at) * 0x1_0000_0000 + text.charCodeAt(at + 1) * 0x1_0000 + text.charCodeAt(at + 2);
}

function hash(text: string, at: number): number {
  return (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) & (HASHES - 1);
}
