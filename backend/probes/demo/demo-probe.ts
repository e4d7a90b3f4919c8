import { assert } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { DemoNetwork, STEP_MAX_MS } from './demo-network.ts';
import { acknowledgementSql, DemoOperators } from './demo-operators.ts';
import type { EventInput } from './event-input.ts';
import { MINUTE_MS } from './incident.ts';
import type { NetworkSize } from './network.ts';

/** Smooth to the eye, and few enough wake-ups not to matter. */
const TICK_MS = 100;
/** What one transaction of the store takes at ease. */
const BATCH_MAX = 1000;
/** How long the operators have been looking when the probe starts. */
const LOOKED_BEFORE_MS = 2 * MINUTE_MS;
const RETRY_MS = { first: 250, max: 10_000 } as const;

export interface DemoProbeOptions {
  readonly seed: number;
  /** Events a second; `setRate` changes it later. */
  readonly rate: number;
  readonly clock: Clock;
  /** Takes at most 1000 events at a time and is not called again before it has settled. */
  readonly sink: (events: EventInput[]) => Promise<unknown>;
  /** Runs an operator's statement: with it some of the severe problems are acknowledged. */
  readonly operator?: (sql: string, params: string[]) => Promise<unknown>;
  /** Told of each failure of the sink or the operator, and whether the probe goes on with the same batch. */
  readonly onError: (error: unknown, goesOn: boolean) => void;
  readonly size?: NetworkSize;
}

export interface DemoProbeStatus {
  readonly running: boolean;
  readonly rate: number;
  /** Events that the sink has accepted. */
  readonly sent: number;
  readonly openProblems: number;
}

/**
 * Lets the simulated network live in the time of a clock and hands over what it reports. A sink that is slow slows the
 * network down: nothing is dropped, and no more than one second is ever caught up. A batch that was refused with an
 * error worth a retry is sent again, later and later; any other error ends the probe.
 */
export class DemoProbe {
  readonly #options: DemoProbeOptions;
  readonly #network: DemoNetwork;
  readonly #operators: DemoOperators;
  #run: Promise<void> | undefined;
  #running = false;
  #sent = 0;
  #wake: () => void = () => {};

  constructor(options: DemoProbeOptions) {
    const { seed, rate, size } = options;
    this.#options = options;
    this.#network = new DemoNetwork({ seed, rate, ...(size && { size }) });
    this.#operators = new DemoOperators(seed + 1);
  }

  start(): void {
    assert(!this.#run, 'a demo probe starts once');
    this.#running = true;
    this.#run = this.#live().catch(error => {
      this.#running = false;
      this.#options.onError(error, false);
    });
  }

  /** Resolves once the batch in flight has settled. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#wake();
    await this.#run;
  }

  setRate(rate: number): void {
    this.#network.setRate(rate);
  }

  /** A core router dies within the next tick. Returns its name, or undefined while all of them are dead. */
  storm(): string | undefined {
    return this.#network.storm()?.name;
  }

  status(): DemoProbeStatus {
    const { rate, open } = this.#network;
    return { running: this.#running, rate, sent: this.#sent, openProblems: open.size };
  }

  async #live(): Promise<void> {
    const { clock } = this.#options;
    await this.#send(this.#network.populate(clock.now()));
    await this.#acknowledge(LOOKED_BEFORE_MS);
    for (let lastMs = clock.monotonicMs(); this.#running; ) {
      await this.#pause(TICK_MS);
      const nowMs = clock.monotonicMs();
      const events = this.#running ? this.#network.step(clock.now(), nowMs - lastMs) : [];
      await this.#send(events);
      await this.#acknowledge(Math.min(nowMs - lastMs, STEP_MAX_MS));
      lastMs = nowMs;
    }
  }

  async #send(events: readonly EventInput[]): Promise<void> {
    for (let from = 0; from < events.length && this.#running; from += BATCH_MAX) {
      const batch = events.slice(from, from + BATCH_MAX);
      if (await this.#insist(() => this.#options.sink(batch))) this.#sent += batch.length;
    }
  }

  async #acknowledge(dtMs: number): Promise<void> {
    const { operator } = this.#options;
    if (!operator || !this.#running) return;
    for (const acknowledgement of this.#operators.step(this.#network.open, dtMs)) {
      const { sql, params } = acknowledgementSql(acknowledgement);
      await this.#insist(() => operator(sql, params));
    }
  }

  /** Tries until it is accepted (true) or the probe is stopped. */
  async #insist(attempt: () => Promise<unknown>): Promise<boolean> {
    for (let waitMs: number = RETRY_MS.first; this.#running; waitMs = Math.min(2 * waitMs, RETRY_MS.max)) {
      try {
        await attempt();
        return true;
      } catch (error) {
        if (!(error instanceof PanelcastError && error.kind.retry)) throw error;
        this.#options.onError(error, true);
        await this.#pause(Math.max(waitMs, error.retryAfterMs ?? 0));
      }
    }
    return false;
  }

  #pause(ms: number): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise(resolve => {
      const timer = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
