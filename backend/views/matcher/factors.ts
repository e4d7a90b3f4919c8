import { through } from '../../sql/cofactor.ts';
import { type Diagram, isLeaf, NO, serialise, YES } from '../../sql/diagram.ts';
import { columnsRead } from './changed-columns.ts';

/** The factor that is always TRUE. */
export const ALWAYS = 0;

interface Factor {
  readonly diagram: Diagram;
  readonly form: string;
  uses: number;
}

/**
 * What remains to be asked of a row at a filter's place, cut into two factors of an AND: the first variable, and all that
 * follows. Filters differ in their combinations more than in their factors, so the factors are shared and asked once a
 * walk, and a long list of filters is decided by reading a few bytes of each: at 100 000 filters it is the reading of
 * memory that costs, not the comparing.
 */
export class Factors {
  /** By factor: the walk that its answer is of. Doubles, because a 32-bit count of walks would come round within days. */
  walks = new Float64Array(64);
  /** By factor: the rows it keeps as bits, and which were asked as the two bits above. */
  answers = new Uint8Array(64);
  /** By factor: the columns that it reads, as bits. */
  readonly reads: number[] = [0];
  readonly #factors: (Factor | undefined)[] = [{ diagram: YES, form: 'T', uses: 1 }];
  readonly #byForm = new Map<string, number>();
  readonly #free: number[] = [];

  diagram(factor: number): Diagram {
    return this.#factors[factor]!.diagram;
  }

  take(diagram: Diagram): number {
    if (diagram === YES) return ALWAYS;
    const form = serialise(diagram);
    const known = this.#byForm.get(form);
    if (known === undefined) return this.#add({ diagram, form, uses: 1 });
    this.#factors[known]!.uses++;
    return known;
  }

  give(number: number): void {
    const factor = this.#factors[number]!;
    if (number === ALWAYS || --factor.uses > 0) return;
    this.#byForm.delete(factor.form);
    this.#factors[number] = undefined;
    this.#free.push(number);
  }

  #add(factor: Factor): number {
    const number = this.#free.pop() ?? this.#factors.length;
    this.#factors[number] = factor;
    this.#byForm.set(factor.form, number);
    this.reads[number] = columnsRead(factor.diagram);
    if (number === this.walks.length) this.#grow();
    this.walks[number] = 0;
    return number;
  }

  #grow(): void {
    const { walks, answers } = this;
    this.walks = new Float64Array(2 * walks.length);
    this.walks.set(walks);
    this.answers = new Uint8Array(2 * answers.length);
    this.answers.set(answers);
  }
}

/** Two diagrams whose AND is the given one; the second is YES if it does not come apart. */
export function factorsOf(diagram: Diagram): readonly [Diagram, Diagram] {
  if (isLeaf(diagram)) return [diagram, YES];
  const rests = new Set([diagram.whenNull, ...diagram.children]);
  rests.delete(NO);
  const [rest] = rests;
  if (rests.size !== 1 || rest === YES) return [diagram, YES];
  return [through(diagram, rest!, YES), rest!];
}
