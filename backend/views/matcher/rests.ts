import { type Diagram, serialise } from '../../sql/diagram.ts';
import { columnsRead } from './changed-columns.ts';

/**
 * What remains to be asked of a row, shared by all filters of which the same remains: asked once a walk however many
 * buckets it is met in.
 */
export interface Rest {
  readonly diagram: Diagram;
  readonly form: string;
  /** The columns that it reads, as bits. */
  readonly reads: number;
  uses: number;
  /** The walk that `asked` and `kept` belong to. */
  walk: number;
  /** Which rows it was asked about, and which of them it keeps, as bits. */
  asked: number;
  kept: number;
}

/** Counts uses, so that a rest goes with the last filter that has it. */
export class Rests {
  readonly #byForm = new Map<string, Rest>();

  take(diagram: Diagram): Rest {
    const form = serialise(diagram);
    const known = this.#byForm.get(form);
    if (known !== undefined) {
      known.uses++;
      return known;
    }
    const made = { diagram, form, reads: columnsRead(diagram), uses: 1, walk: 0, asked: 0, kept: 0 };
    this.#byForm.set(form, made);
    return made;
  }

  give(rest: Rest): void {
    if (--rest.uses === 0) this.#byForm.delete(rest.form);
  }
}
