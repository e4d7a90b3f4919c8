import { describe, expect, it } from 'vitest';
import type { Clock, Timer } from '../../../../backend/lib/clock.ts';
import { PanelcastError } from '../../../../backend/lib/panelcast-error.ts';
import { DemoProbe, type DemoProbeOptions } from '../../../../backend/probes/demo/demo-probe.ts';
import type { EventInput } from '../../../../backend/probes/demo/event-input.ts';

const START = Date.UTC(2026, 0, 5);

/** Time stands still until a test lets it pass; then all that follows from it has happened. */
class HandClock implements Clock {
  #nowMs = 0;
  #timers: { atMs: number; run: () => void }[] = [];

  now = () => START + this.#nowMs;
  monotonicMs = () => this.#nowMs;

  after(delayMs: number, run: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter(other => other !== timer);
      },
    };
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Passes at once, as a stalled process sees it, unless in steps. */
  async pass(ms: number, stepMs = ms): Promise<void> {
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs; ) {
      this.#nowMs = Math.min(endMs, this.#nowMs + stepMs);
      const due = this.#timers.filter(timer => timer.atMs <= this.#nowMs);
      this.#timers = this.#timers.filter(timer => timer.atMs > this.#nowMs);
      for (const timer of due) timer.run();
      await settled();
    }
  }
}

/** All that can happen without time has happened. */
function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** A sink that lets go of a batch when told to, or at once. */
class Sink {
  readonly batches: EventInput[][] = [];
  inFlight = 0;
  inFlightMax = 0;
  held = false;
  #release: () => void = () => {};

  take = async (events: EventInput[]): Promise<void> => {
    this.inFlightMax = Math.max(this.inFlightMax, ++this.inFlight);
    this.batches.push(events);
    if (this.held) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#release = resolve;
      await promise;
    }
    this.inFlight--;
  };

  release(): void {
    this.#release();
  }

  get events(): number {
    return this.batches.reduce((sum, batch) => sum + batch.length, 0);
  }
}

async function started(options: Partial<DemoProbeOptions> = {}) {
  const clock = new HandClock();
  const sink = new Sink();
  const errors: [error: unknown, goesOn: boolean][] = [];
  const onError = (error: unknown, goesOn: boolean) => void errors.push([error, goesOn]);
  const probe = new DemoProbe({ seed: 5, rate: 100, clock, sink: sink.take, onError, ...options });
  probe.start();
  await settled();
  return { clock, sink, probe, errors, populated: sink.events };
}

describe('the demo probe', () => {
  it('has sent a living network before any time has passed, at most 1000 events at a time', async () => {
    const { sink, probe } = await started();
    expect(probe.status()).toMatchObject({ running: true, rate: 100, sent: sink.events });
    expect(probe.status().openProblems).toBeGreaterThan(400);
    expect(sink.events).toBeGreaterThan(1000);
    for (const batch of sink.batches) expect(batch.length).toBeLessThanOrEqual(1000);
  });

  it('goes at its rate, and at another when told to', async () => {
    const { clock, sink, probe, populated } = await started();
    await clock.pass(10_000, 50);
    const first = sink.events - populated;
    expect(first).toBeGreaterThan(800);
    expect(first).toBeLessThan(1200);
    probe.setRate(10);
    await clock.pass(10_000, 50);
    expect(sink.events - populated - first).toBeLessThan(150);
  });

  it('lets a storm loose when told to', async () => {
    const { clock, sink, probe, populated } = await started({ rate: 0 });
    const name = probe.storm();
    await clock.pass(20_000, 100);
    expect(sink.events - populated).toBeGreaterThan(100);
    expect(sink.batches.flat().filter(event => event.node === name && event.severity === 5)).not.toEqual([]);
  });

  it('never has two batches in flight: a slow sink slows it down, and one second is all that it makes up for', async () => {
    const { clock, sink, probe, populated } = await started();
    sink.held = true;
    await clock.pass(200, 100);
    const before = sink.batches.length;
    await clock.pass(60_000, 100);
    expect(sink.batches.length).toBe(before);
    sink.held = false;
    sink.release();
    await settled();
    await clock.pass(100);
    expect(sink.inFlightMax).toBe(1);
    expect(sink.events - populated).toBeLessThan(150);
    expect(probe.status().sent).toBe(sink.events);
  });

  it('sends a refused batch again, later and later, until it is taken', async () => {
    const attempts: EventInput[][] = [];
    const refusing = async (events: EventInput[]) => {
      attempts.push(events);
      if (attempts.length <= 3) throw new PanelcastError('overloaded', 'the queue is full');
    };
    const { clock, probe, errors } = await started({ sink: refusing });
    await clock.pass(249);
    expect(attempts).toHaveLength(1);
    await clock.pass(1);
    await clock.pass(499);
    expect(attempts).toHaveLength(2);
    await clock.pass(1);
    await clock.pass(1000);
    expect(attempts.length).toBeGreaterThan(4);
    expect(new Set(attempts.slice(0, 4)).size).toBe(1);
    expect(errors.map(([, goesOn]) => goesOn)).toEqual([true, true, true]);
    expect(probe.status().sent).toBe(attempts.slice(3).flat().length);
  });

  it('ends with an error that no retry would mend, and says so', async () => {
    const fault = new PanelcastError('bad-event', 'event 0: unknown column "nod"');
    const { clock, probe, errors } = await started({ sink: () => Promise.reject(fault) });
    expect(errors).toEqual([[fault, false]]);
    expect(probe.status()).toMatchObject({ running: false, sent: 0 });
    expect(clock.waiting).toBe(0);
    await probe.stop();
  });

  it('stops when its last batch has settled, and leaves no timer', async () => {
    const { clock, sink, probe } = await started();
    sink.held = true;
    await clock.pass(100);
    let stopped = false;
    const stopping = probe.stop().then(() => {
      stopped = true;
    });
    await settled();
    expect(stopped).toBe(false);
    sink.release();
    await stopping;
    expect(clock.waiting).toBe(0);
    const sent = sink.events;
    await clock.pass(10_000, 100);
    expect(sink.events).toBe(sent);
    expect(probe.status()).toMatchObject({ running: false, sent });
  });

  it('stops at once while it waits, for the next tick or for a retry', async () => {
    const waiting = await started();
    await waiting.probe.stop();
    expect(waiting.clock.waiting).toBe(0);
    const refused = await started({ sink: () => Promise.reject(new PanelcastError('overloaded', 'full')) });
    await refused.probe.stop();
    expect(refused.clock.waiting).toBe(0);
    expect(refused.errors).toHaveLength(1);
  });

  it('has operators who acknowledge what was sent before', async () => {
    const known = new Set<string>();
    const statements: string[] = [];
    const { clock, errors } = await started({
      sink: async events => {
        for (const event of events) known.add(event.identifier);
      },
      operator: async (sql, [, , ...identifiers]) => {
        statements.push(sql);
        expect(identifiers.filter(identifier => !known.has(identifier))).toEqual([]);
      },
    });
    const atFirst = statements.length;
    expect(atFirst).toBeGreaterThan(0);
    await clock.pass(60_000, 100);
    expect(statements.length).toBeGreaterThan(atFirst);
    expect(errors).toEqual([]);
    expect(new Set(statements.map(sql => sql.split(' WHERE ')[0]))).toEqual(
      new Set(['UPDATE events SET acknowledged = 1, owner = ?, owner_group = ?']),
    );
  });
});
