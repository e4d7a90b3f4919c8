interface NotedCut {
  readonly asOf: number;
  readonly atMs: number;
}

/** One note a second; a slow view of minutes needs hundreds. */
const SPACING_MS = 1000;
const NOTES_MAX = 1000;

/**
 * When which cut came. Views of a longer interval are not in every cut, so only a cut that is older than that interval
 * is known to hold everything up to its asOf: from there a page that comes back asks for the difference.
 */
export class CutHistory {
  #notes: NotedCut[] = [];

  note(asOf: number, atMs: number): void {
    const last = this.#notes.at(-1);
    if (last !== undefined && atMs - last.atMs < SPACING_MS) return;
    this.#notes.push({ asOf, atMs });
    if (this.#notes.length > NOTES_MAX) this.#notes = this.#notes.slice(NOTES_MAX / 2);
  }

  /** asOf of the last cut that came by then; 0 when none is known. */
  at(timeMs: number): number {
    return this.#notes.findLast(({ atMs }) => atMs <= timeMs)?.asOf ?? 0;
  }

  clear(): void {
    this.#notes = [];
  }
}
