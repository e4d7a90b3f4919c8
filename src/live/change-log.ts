import type { RowOp } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';

export interface LoggedChange {
  readonly seq: number;
  readonly op: RowOp;
  /** In the order of the view's fields. */
  readonly values: readonly Value[];
}

/** As many lines as a reader scrolls through. */
const CHANGES_MAX = 1000;

/** The latest state changes of a view whose mode tells each of them, oldest first. */
export class ChangeLog {
  #changes: LoggedChange[] = [];

  get changes(): readonly LoggedChange[] {
    return this.#changes;
  }

  reset(changes: readonly LoggedChange[]): void {
    this.#changes = changes.slice(-CHANGES_MAX);
  }

  push(change: LoggedChange): void {
    this.#changes.push(change);
    // In blocks, so that a full log does not move all of its lines with each new one.
    if (this.#changes.length > 2 * CHANGES_MAX) this.#changes = this.#changes.slice(-CHANGES_MAX);
  }

  clear(): void {
    this.#changes = [];
  }
}
