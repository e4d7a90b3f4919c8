import { Random as Generator } from '../../backend/lib/random.ts';

/** The project's generator, remembering its seed so that a failure can name it. */
export class Random extends Generator {
  readonly seed: number;

  constructor(seed: number) {
    super(seed);
    this.seed = seed;
  }
}
