import type { Key, Row } from '../protocol/schema.ts';

/** The last state of a row since the cut. */
export interface NetChange {
  readonly key: Key;
  /** Undefined when it left. */
  readonly row: Row | undefined;
  /** For the stream: what had been told when it entered. */
  readonly freshAt: number;
}

/** One change a key. The first is kept apart: most views change in one row at a cut, and a Map of one takes 280 bytes. */
export class NetChanges {
  #one: NetChange | undefined;
  #more: Map<Key, NetChange> | undefined;

  get isEmpty(): boolean {
    return this.#one === undefined && (this.#more === undefined || this.#more.size === 0);
  }

  get(key: Key): NetChange | undefined {
    return this.#one?.key === key ? this.#one : this.#more?.get(key);
  }

  set(change: NetChange): void {
    const { key } = change;
    if (this.#one === undefined ? !this.#more?.has(key) : this.#one.key === key) this.#one = change;
    else {
      this.#more ??= new Map();
      this.#more.set(key, change);
    }
  }

  delete(key: Key): void {
    if (this.#one?.key === key) this.#one = undefined;
    else this.#more?.delete(key);
  }

  all(): readonly NetChange[] {
    const more = this.#more === undefined ? [] : [...this.#more.values()];
    return this.#one === undefined ? more : [this.#one, ...more];
  }
}
