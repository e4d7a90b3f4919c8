import { PanelcastError } from '../../lib/panelcast-error.ts';
import { Random } from '../../lib/random.ts';
import { CONNECTIVITY } from './connectivity.ts';
import { EVENT_TYPE, type EventInput } from './event-input.ts';
import { type Beat, type Behaviour, beatEvent, type Incident, MINUTE_MS, SECOND_MS } from './incident.ts';
import { report } from './information.ts';
import { buildNetwork, DEFAULT_SIZE, type Network, type NetworkSize, type Node } from './network.ts';
import { OpenProblems } from './open-problems.ts';
import { Schedule } from './schedule.ts';
import { stormOf } from './storm.ts';
import { THRESHOLD_CROSSINGS } from './thresholds.ts';
import { UPKEEP } from './upkeep.ts';

export const BEHAVIOURS: readonly Behaviour[] = [...CONNECTIVITY, ...THRESHOLD_CROSSINGS, ...UPKEEP];

/** About what one core can write. */
export const RATE_MAX = 100_000;

/** Nobody wants a stall made up for: of a longer absence only this much is lived through. */
export const STEP_MAX_MS = SECOND_MS;

/** Problems open at a time, per node. */
const OPEN_PER_NODE = 2;
/** Events a second and node at which incidents last as long as their authors wrote. */
const RESTFUL_RATE_PER_NODE = 1 / 15;
/** Slower at fewer events, faster at more, so that a rate is not only repetition. */
const PACE = { min: 0.1, max: 4 } as const;
/** Of the events that are free to be anything. */
const BEGINNINGS_MAX = 0.3;
const INFORMATION_SHARE = 0.1;

const WARM_UP = { ms: 30 * MINUTE_MS, ratePerNode: 0.02 } as const;
const STORM_EVERY_MIN = [20, 40] as const;

export interface DemoNetworkOptions {
  readonly seed: number;
  /** Events a second. */
  readonly rate: number;
  readonly size?: NetworkSize;
}

/**
 * A network that lives by the seed: the same calls give the same events. Pure: time comes in by `step`.
 *
 * Each step owes `rate` events a second. Due reports of running incidents come first; what is left over begins new
 * incidents while fewer than the target are open, and else repeats open problems. So the number of open problems does
 * not depend on the rate, and a rate too low for what is due makes it late instead of lost. Storms come on top.
 *
 * Invariant: of the incidents under way no two share a problem, so that none resolves what another one raised.
 */
export class DemoNetwork {
  readonly network: Network;
  readonly open = new OpenProblems();
  readonly #random: Random;
  readonly #ordinary = new Schedule<Beat>();
  readonly #urgent = new Schedule<Beat>();
  /** How many reports are still to come of each problem, by identifier. */
  readonly #toCome = new Map<string, number>();
  #rate: number;
  #timeMs = 0;
  #owed = 0;
  #nextStormMs = Number.POSITIVE_INFINITY;

  constructor(options: DemoNetworkOptions) {
    this.network = buildNetwork(options.size ?? DEFAULT_SIZE);
    this.#random = new Random(options.seed);
    this.#rate = checkedRate(options.rate);
    this.#planStorm();
  }

  get rate(): number {
    return this.#rate;
  }

  setRate(rate: number): void {
    this.#rate = checkedRate(rate);
  }

  /** Lives through the half hour before `nowMs`; returns its events but for those of rows that have expired since. */
  populate(nowMs: number): EventInput[] {
    const rate = this.#rate;
    this.#rate = WARM_UP.ratePerNode * this.network.nodes.length;
    this.#nextStormMs = Number.POSITIVE_INFINITY;
    const events: EventInput[] = [];
    for (let agoMs = WARM_UP.ms - SECOND_MS; agoMs >= 0; agoMs -= SECOND_MS)
      events.push(...this.step(nowMs - agoMs, SECOND_MS));
    this.#rate = rate;
    this.#planStorm();
    return withoutExpired(events, nowMs);
  }

  /** The events of the last `dtMs`, in order of time. */
  step(nowMs: number, dtMs: number): EventInput[] {
    const passedMs = Math.min(dtMs, STEP_MAX_MS);
    this.#timeMs += passedMs;
    if (this.#timeMs >= this.#nextStormMs && this.#rate > 0) this.storm();
    const urgent: Beat[] = [];
    for (let beat = this.#urgent.takeDue(this.#timeMs); beat; beat = this.#urgent.takeDue(this.#timeMs))
      urgent.push(beat);
    this.#owed += (passedMs / SECOND_MS) * this.#rate * swell(this.#timeMs);
    const ordinary = Math.floor(this.#owed);
    this.#owed -= ordinary;

    const count = urgent.length + ordinary;
    const events: EventInput[] = [];
    const at = () => Math.round(nowMs - passedMs + (passedMs * (events.length + 1)) / count);
    for (const beat of urgent) events.push(this.#report(beat, at()));
    while (events.length < count) events.push(this.#next(at()));
    return events;
  }

  /** A core router dies, mostly one that many nodes hang on. Returns it, or undefined while all of them are dead. */
  storm(): Node | undefined {
    this.#planStorm();
    let alive = this.network.nodes.filter(node => node.role === 'core');
    while (alive.length > 0) {
      const { core } = this.#random.pickWeighted(alive.map(core => ({ core, weight: core.site.weight ** 2 })));
      if (this.#begin(stormOf(core, this.network, this.#random), this.#urgent, 1)) return core;
      alive = alive.filter(other => other !== core);
    }
    return undefined;
  }

  #planStorm(): void {
    this.#nextStormMs = this.#timeMs + this.#random.between(...STORM_EVERY_MIN) * MINUTE_MS;
  }

  #next(atMs: number): EventInput {
    const due = this.#ordinary.takeDue(this.#timeMs) ?? this.#beginning();
    if (due) return this.#report(due, atMs);
    const again = this.#random.chance(INFORMATION_SHARE) ? undefined : this.open.pick(this.#random);
    return again ? beatEvent(again.last, atMs) : report(this.network, this.#random, atMs);
  }

  /** The first report of a new incident, if it is time for one. */
  #beginning(): Beat | undefined {
    const target = OPEN_PER_NODE * this.network.nodes.length * tide(this.#timeMs);
    const missing = Math.min(1, Math.max(0, (target - this.open.size) / (target * 0.1)));
    if (!this.#random.chance(BEGINNINGS_MAX * missing)) return undefined;
    const incident = this.#random.pickWeighted(BEHAVIOURS).begin(this.network, this.#random);
    const restful = RESTFUL_RATE_PER_NODE * this.network.nodes.length;
    const pace = Math.min(PACE.max, Math.max(PACE.min, Math.sqrt(restful / this.#rate)));
    return this.#begin(incident, this.#ordinary, pace) ? this.#ordinary.takeDue(this.#timeMs) : undefined;
  }

  /** Consequences that are already under way for another cause stay with that; without its cause nothing begins. */
  #begin(incident: Incident, schedule: Schedule<Beat>, pace: number): boolean {
    if (this.#toCome.has(incident[0]!.problem.identifier)) return false;
    const free = incident.filter(({ problem }) => !this.#toCome.has(problem.identifier));
    for (const beat of free) {
      schedule.add(this.#timeMs + beat.afterMs * pace, beat);
      this.#toCome.set(beat.problem.identifier, (this.#toCome.get(beat.problem.identifier) ?? 0) + 1);
    }
    return true;
  }

  #report(beat: Beat, atMs: number): EventInput {
    const { identifier } = beat.problem;
    const left = this.#toCome.get(identifier)! - 1;
    if (left === 0) this.#toCome.delete(identifier);
    else this.#toCome.set(identifier, left);
    this.open.report(beat);
    return beatEvent(beat, atMs);
  }
}

function checkedRate(rate: number): number {
  if (rate >= 0 && rate <= RATE_MAX) return rate;
  throw new PanelcastError('bad-request', `the demo's rate is 0 to ${RATE_MAX} events a second, not ${rate}`);
}

/** The rate breathes by a fifth, so that a graph of it shows that something lives. Its mean is 1. */
function swell(timeMs: number): number {
  return 1 + 0.15 * wave(timeMs, 47 * SECOND_MS) + 0.05 * wave(timeMs, 7 * SECOND_MS);
}

/** The same for the number of open problems, over minutes. */
function tide(timeMs: number): number {
  return 1 + 0.12 * wave(timeMs, 17 * MINUTE_MS) + 0.06 * wave(timeMs, 5 * MINUTE_MS);
}

function wave(timeMs: number, periodMs: number): number {
  return Math.sin((2 * Math.PI * timeMs) / periodMs);
}

function withoutExpired(events: readonly EventInput[], nowMs: number): EventInput[] {
  const last = new Map(events.map(event => [event.identifier, event]));
  return events.filter(({ identifier }) => {
    const { type, last_occurrence, expires_after } = last.get(identifier)!;
    return type === EVENT_TYPE.problem || last_occurrence + expires_after * SECOND_MS > nowMs;
  });
}
