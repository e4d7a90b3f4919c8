import type { DataFrame } from '@grafana/data';
import { LivePage } from './live-page.ts';
import { RebuiltPage, type WholeAnswers, wholeColumns, wholeRows } from './naive-pages.ts';
import type { PagePlan } from './page-plan.ts';

/** live: the plugin. rebuilt: all frames anew at each cut, from rows that are kept. The others: every panel's answer anew from its text. */
export type Way = 'live' | 'rebuilt' | 'whole rows' | 'whole columns';

type Frames = readonly DataFrame[];
type Take = (texts: readonly string[]) => readonly Frames[];

/** Minutes in the life of a page that is open for a shift: what runs often has been compiled, which takes its own time. */
const WARM_UP = 200;
const TURN = 20;
const PAUSE_MS = 100;

/** A history of cuts that is taken in one way. What it is fed is made before, so that only the taking is measured. */
export class CutWork {
  readonly #page: LivePage;
  readonly #way: Way;
  readonly #take: Take;
  #fed: (readonly string[])[] = [];
  #shown: readonly Frames[] = [];

  private constructor(page: LivePage, way: Way, take: Take) {
    this.#page = page;
    this.#way = way;
    this.#take = take;
  }

  static async of(plan: PagePlan, way: Way, seed: number): Promise<CutWork> {
    const page = new LivePage(plan, seed);
    const opened = await page.open();
    const work = new CutWork(page, way, await takerOf(way, plan, { opened, seed }));
    for (let rest = WARM_UP; rest > 0; rest -= TURN) {
      work.feed(TURN);
      work.run();
      await new Promise(done => setTimeout(done, PAUSE_MS));
    }
    return work;
  }

  feed(cuts: number): void {
    this.#fed = Array.from({ length: cuts }, () => {
      const texts = this.#page.nextCut();
      const answers = answersOf(this.#way);
      return answers === undefined ? texts : this.#page.panels.map(answers.textOf);
    });
  }

  /** From the texts of each cut to the frames of all panels. */
  run(): void {
    for (const texts of this.#fed) this.#shown = this.#take(texts);
  }

  get bytes(): number {
    return this.#fed.flat().reduce((sum, text) => sum + text.length, 0);
  }

  /** A faster way to other rows would be no way at all. Of charts only the last counts are compared. */
  check(): void {
    for (const [panel, { fields, request, whole }] of this.#page.panels.entries()) {
      const values = whole();
      const frames = this.#shown[panel]!;
      if (request.historyMs === undefined)
        for (const [at, { name }] of fields.entries())
          same(frames[0]!.fields[at]!.values, values[at]!, `${panel} ${name}`);
      else
        same(
          frames.map(frame => frame.fields[1]!.values.at(-1)),
          values[1]!,
          `${panel}`,
        );
    }
  }
}

function same(shown: readonly unknown[], values: readonly unknown[], what: string): void {
  const told = shown.map(value => (typeof value === 'boolean' ? Number(value) : value));
  if (JSON.stringify(told) !== JSON.stringify(values)) throw new Error(`panel ${what} differs from the whole answer`);
}

function answersOf(way: Way): WholeAnswers | undefined {
  return way === 'whole rows' ? wholeRows : way === 'whole columns' ? wholeColumns : undefined;
}

async function takerOf(
  way: Way,
  plan: PagePlan,
  { opened, seed }: { opened: readonly string[]; seed: number },
): Promise<Take> {
  const answers = answersOf(way);
  if (answers !== undefined) return texts => texts.map(answers.framesOf);
  if (way === 'rebuilt') {
    const rebuilt = new RebuiltPage();
    rebuilt.take(opened);
    return texts => rebuilt.take(texts);
  }
  const live = new LivePage(plan, seed);
  await live.open();
  return texts => {
    live.take(texts);
    return live.shown;
  };
}
