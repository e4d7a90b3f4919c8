/** What the browser loads to take cuts in one of the ways. */
import { CutWork, type Way } from './cut-work.ts';
import { PLANS } from './page-plan.ts';

Object.assign(globalThis, {
  async startWork(plan: keyof typeof PLANS, way: Way, seed: number): Promise<void> {
    Object.assign(globalThis, { work: await CutWork.of(PLANS[plan], way, seed) });
  },
});
