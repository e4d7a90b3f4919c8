import { assert } from '../lib/assert.ts';

interface Entry<Id> {
  readonly id: Id;
  dueMs: number;
  /** Where it waits: for its due time or an earlier one, never a later. */
  slot: Set<Entry<Id>>;
}

/** 64 slots a level and nine levels reach past 2^53 ms: no time is too far. */
const SLOTS = 64;
const LEVELS = 9;
const SPANS = Array.from({ length: LEVELS + 1 }, (_, level) => SLOTS ** level);

/**
 * Wakes ids at their times, for filters that speak of now(). Time is passed in; to the millisecond, a tick is 1 ms.
 *
 * An entry sits at the level of the highest base-64 digit in which its time differs from the present, in the slot of
 * that digit. So all that an advance has to open are, on each level, the slots whose digit it passed: at most 64 a level
 * however far it jumps. What it finds there is due, or moves to a lower level.
 *
 * An id has one entry. Postponing it (the usual case: the row was seen again) only notes the new time; the entry is
 * moved when its old place comes up. Memory: one entry an armed id, no dead ones.
 */
export class TimingWheel<Id> {
  readonly #levels: (Set<Entry<Id>> | undefined)[][] = Array.from({ length: LEVELS }, () => []);
  /** Due at or before the present millisecond: looked at by every advance. */
  readonly #overdue = new Set<Entry<Id>>();
  readonly #entries = new Map<Id, Entry<Id>>();
  #nowMs: number;
  /** Nothing is due before: most advances find nothing, and are over with this one look. */
  #soonestMs = Number.POSITIVE_INFINITY;

  constructor(nowMs: number) {
    assert(nowMs >= 0, 'time starts at the epoch');
    this.#nowMs = Math.floor(nowMs);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Sets or changes the time of an id. */
  arm(id: Id, dueMs: number): void {
    assert(Number.isFinite(dueMs), 'a time that never comes needs no entry');
    this.#soonestMs = Math.min(this.#soonestMs, dueMs);
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      const slot = this.#slotFor(dueMs);
      const armed = { id, dueMs, slot };
      slot.add(armed);
      this.#entries.set(id, armed);
      return;
    }
    const sooner = dueMs < entry.dueMs;
    entry.dueMs = dueMs;
    if (sooner) this.#place(entry);
  }

  disarm(id: Id): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.slot.delete(entry);
    this.#entries.delete(id);
  }

  /** Visits and forgets what is due at `nowMs`, by time. A visit may arm anew; what it arms waits for the next advance. */
  advance(nowMs: number, visit: (id: Id, dueMs: number) => void): void {
    if (nowMs < this.#soonestMs) return;
    const opened = [...this.#open(nowMs)];
    const due: Entry<Id>[] = [];
    for (const entry of opened) {
      if (entry.dueMs <= nowMs) due.push(entry);
      else this.#place(entry);
    }
    due.sort((a, b) => a.dueMs - b.dueMs);
    for (const entry of due) {
      entry.slot.delete(entry);
      this.#entries.delete(entry.id);
    }
    this.#soonestMs = this.#firstSlotMs();
    for (const entry of due) visit(entry.id, entry.dueMs);
  }

  /** When the first slot that is not empty begins. What is on a level comes before everything on the levels above. */
  #firstSlotMs(): number {
    if (this.#overdue.size > 0) return this.#nowMs;
    for (let level = 0; level < LEVELS; level++) {
      const slots = this.#levels[level]!;
      const present = Math.floor(this.#nowMs / SPANS[level]!);
      const digit = present % SLOTS;
      for (let next = digit + 1; next < SLOTS; next++)
        if ((slots[next]?.size ?? 0) > 0) return (present - digit + next) * SPANS[level]!;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Moves the present forward and yields what waited in the slots that it passed. */
  *#open(nowMs: number): Iterable<Entry<Id>> {
    const before = this.#nowMs;
    const now = Math.max(before, Math.floor(nowMs));
    this.#nowMs = now;
    yield* this.#overdue;
    for (let level = 0; level < LEVELS; level++) {
      const first = Math.floor(before / SPANS[level]!) + 1;
      const last = Math.floor(now / SPANS[level]!);
      if (last < first) break;
      const slots = this.#levels[level]!;
      for (let digit = first; digit <= Math.min(last, first + SLOTS - 1); digit++) {
        const slot = slots[digit % SLOTS];
        if (slot === undefined) continue;
        slots[digit % SLOTS] = undefined;
        yield* slot;
      }
    }
  }

  #place(entry: Entry<Id>): void {
    entry.slot.delete(entry);
    entry.slot = this.#slotFor(entry.dueMs);
    entry.slot.add(entry);
  }

  #slotFor(dueMs: number): Set<Entry<Id>> {
    const due = Math.min(Math.floor(dueMs), Number.MAX_SAFE_INTEGER);
    if (due <= this.#nowMs) return this.#overdue;
    let level = 0;
    while (Math.floor(due / SPANS[level + 1]!) !== Math.floor(this.#nowMs / SPANS[level + 1]!)) level++;
    const slots = this.#levels[level]!;
    const digit = Math.floor(due / SPANS[level]!) % SLOTS;
    let slot = slots[digit];
    if (slot === undefined) {
      slot = new Set();
      slots[digit] = slot;
    }
    return slot;
  }
}
