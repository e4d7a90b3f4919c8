import { describe, expect, it } from 'vitest';
import { DemoNetwork, type DemoNetworkOptions } from '../../../../backend/probes/demo/demo-network.ts';
import { EVENT_TYPE, type EventInput } from '../../../../backend/probes/demo/event-input.ts';

const START = Date.UTC(2026, 0, 5);
const HOUR_S = 3600;

function populated(options: Partial<DemoNetworkOptions> = {}) {
  const network = new DemoNetwork({ seed: 1, rate: 20, ...options });
  return { network, events: network.populate(START) };
}

/** One batch a second. */
function* seconds(network: DemoNetwork, count: number): Generator<EventInput[]> {
  for (let second = 1; second <= count; second++) yield network.step(START + second * 1000, 1000);
}

/** The events table as far as a probe can tell: upsert by identifier, and rows that expire. */
class Table {
  readonly rows = new Map<string, EventInput>();

  apply(events: readonly EventInput[]): void {
    for (const event of events) this.rows.set(event.identifier, event);
  }

  expire(nowMs: number): void {
    for (const [identifier, row] of this.rows)
      if (row.last_occurrence + row.expires_after * 1000 <= nowMs) this.rows.delete(identifier);
  }

  get problems(): number {
    return [...this.rows.values()].filter(row => row.type === EVENT_TYPE.problem).length;
  }
}

describe('the seed', () => {
  const history = (seed: number) => {
    const { network, events } = populated({ seed });
    for (const batch of seconds(network, 600)) {
      events.push(...batch);
      if (events.length % 7 === 0) network.setRate(1 + (events.length % 50));
    }
    network.storm();
    return [...events, ...network.step(START + 601_000, 1000)];
  };

  it('decides the history down to the last event', () => {
    expect(history(11)).toEqual(history(11));
  });

  it('gives another history when it is another one', () => {
    expect(history(11)).not.toEqual(history(12));
  });
});

describe('what is sent', () => {
  it('is a resolution of severity 0, a problem of severity 1 to 5, or information', () => {
    const { network, events } = populated();
    for (const batch of seconds(network, HOUR_S)) events.push(...batch);
    for (const event of events) {
      if (event.type === EVENT_TYPE.problem) expect(event.severity).toBeGreaterThan(0);
      if (event.type === EVENT_TYPE.resolution) expect(event.severity).toBe(0);
    }
    expect(new Set(events.map(event => event.type))).toEqual(new Set([0, 1, 2]));
    expect(new Set(events.map(event => event.severity))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });

  it('is in order of time, within the step', () => {
    const { network } = populated({ rate: 300 });
    let last = START;
    for (let second = 1; second <= 60; second++) {
      for (const event of network.step(START + second * 1000, 1000)) {
        expect(event.last_occurrence).toBeGreaterThanOrEqual(last);
        expect(event.last_occurrence).toBeLessThanOrEqual(START + second * 1000);
        last = event.last_occurrence;
      }
    }
  });

  it('keeps to one node, group and key for one identifier, so that occurrences can be counted', () => {
    const { network, events } = populated();
    for (const batch of seconds(network, HOUR_S)) events.push(...batch);
    const meant = new Map<string, string>();
    for (const { identifier, node, alert_group, alert_key, service } of events) {
      const meaning = [node, alert_group, alert_key, service].join();
      expect(meant.get(identifier) ?? meaning).toBe(meaning);
      meant.set(identifier, meaning);
    }
    const problems = Map.groupBy(
      events.filter(event => event.type === EVENT_TYPE.problem),
      event => event.identifier,
    );
    const repeated = [...problems.values()].filter(occurrences => occurrences.length > 3);
    expect(repeated.length).toBeGreaterThan(problems.size / 4);
  });
});

describe('the rate', () => {
  it.each([1, 20, 500])('of %i a second holds within 5 % over an hour and within 50 % in each minute', rate => {
    const { network } = populated({ rate });
    const minutes: number[] = new Array(60).fill(0);
    let second = 0;
    for (const batch of seconds(network, HOUR_S)) minutes[Math.floor(second++ / 60)]! += batch.length;
    const perMinute = rate * 60;
    // A storm comes on top: some 450 events at most, two of them in an hour.
    const storms = 1000;
    const sum = minutes.reduce((a, b) => a + b);
    expect(sum).toBeGreaterThan(0.95 * rate * HOUR_S);
    expect(sum).toBeLessThan(1.05 * rate * HOUR_S + storms);
    for (const count of minutes) {
      expect(count).toBeGreaterThan(0.5 * perMinute);
      expect(count).toBeLessThan(1.5 * perMinute + storms);
    }
  });

  it('of 0 is silence, and can be turned up again', () => {
    const { network } = populated({ rate: 0 });
    expect([...seconds(network, HOUR_S)].flat()).toEqual([]);
    network.setRate(100);
    expect([...seconds(network, 60)].flat().length).toBeGreaterThan(5000);
  });

  it('makes up for one second of a stall at most', () => {
    const { network } = populated({ rate: 1000 });
    expect(network.step(START + 600_000, 600_000).length).toBeLessThan(1500);
  });

  it('is refused when it is none', () => {
    const { network } = populated();
    for (const rate of [-1, Number.NaN, 100_001]) expect(() => network.setRate(rate)).toThrow('0 to 100000');
    expect(network.rate).toBe(20);
  });
});

describe('the population', () => {
  it('is there from the beginning: rows of all severities, the latest just now, most of them open', () => {
    const { network, events } = populated();
    const table = new Table();
    table.apply(events);
    const rows = table.rows.size;
    table.expire(START);
    expect(table.rows.size).toBe(rows);
    expect(table.problems).toBe(network.open.size);
    expect(network.open.size).toBeGreaterThan(400);
    expect(events.at(-1)!.last_occurrence).toBe(START);
    expect(events[0]!.last_occurrence).toBeLessThan(START - 20 * 60_000);
  });

  it('is what the network believes it is, at every step, storms included', () => {
    const { network, events } = populated();
    const table = new Table();
    table.apply(events);
    let second = 0;
    for (const batch of seconds(network, HOUR_S)) {
      if (++second % 1000 === 0) network.storm();
      table.apply(batch);
      expect(table.problems).toBe(network.open.size);
    }
  });

  it.each([
    [2, 24],
    [20, 24],
    [500, 2],
  ])('stays between 300 and 1200 open problems at %i events a second for %i hours', (rate, hours) => {
    const { network } = populated({ rate });
    let second = 0;
    for (const _ of seconds(network, hours * HOUR_S)) {
      if (++second % 60 > 0) continue;
      expect(network.open.size).toBeGreaterThan(300);
      expect(network.open.size).toBeLessThan(1200);
    }
  });

  it('leaves a bounded table behind: at most 3000 rows that have not expired', () => {
    const { network, events } = populated({ rate: 100 });
    const table = new Table();
    table.apply(events);
    let second = 0;
    for (const batch of seconds(network, 2 * HOUR_S)) {
      table.apply(batch);
      if (++second % 60 > 0) continue;
      table.expire(START + second * 1000);
      expect(table.rows.size).toBeLessThan(3000);
    }
  });

  it('passes: every problem of the first half hour is resolved within the next four', () => {
    const { network, events } = populated();
    const waiting = new Set<string>();
    const follow = (batch: readonly EventInput[], early: boolean) => {
      for (const { type, identifier } of batch) {
        if (type === EVENT_TYPE.resolution) waiting.delete(identifier);
        else if (early && type === EVENT_TYPE.problem) waiting.add(identifier);
      }
    };
    follow(events, true);
    let second = 0;
    for (const batch of seconds(network, 4.5 * HOUR_S)) follow(batch, ++second <= HOUR_S / 2);
    expect([...waiting]).toEqual([]);
  });
});

describe('a storm', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);

  it.each(seeds)('brings hundreds of events in seconds, and all of it passes within three minutes (seed %i)', seed => {
    const { network } = populated({ seed, rate: 0 });
    const before = network.open.size;
    const core = network.storm()!;
    expect(core.role).toBe('core');
    const batches = [...seconds(network, 180)];
    const loss = batches.slice(0, 20).flat();
    expect(loss.length).toBeGreaterThan(100);
    expect(loss.length).toBeLessThan(600);
    expect(new Set(loss.map(event => event.alert_group)).size).toBeGreaterThanOrEqual(5);
    expect(loss.some(event => event.node === core.name && event.severity === 5)).toBe(true);
    const outage = batches.slice(0, 40).flat();
    expect(outage.filter(event => event.type === EVENT_TYPE.resolution)).toEqual([]);
    expect(network.open.size).toBe(before);
  });

  it('spares what was lost already: when every core router is dead there is none left to die', () => {
    const { network } = populated({ rate: 0 });
    const dead = Array.from({ length: 24 }, () => network.storm()?.name);
    const known = dead.filter(name => name !== undefined);
    expect(new Set(known).size).toBe(known.length);
    expect(known.length).toBeGreaterThanOrEqual(20);
    while (network.storm());
    [...seconds(network, 180)];
    expect(network.storm()).toBeDefined();
  });

  it('comes by itself about twice an hour', () => {
    const { network } = populated({ rate: 5 });
    let storms = 0;
    let quiet = true;
    for (const batch of seconds(network, 24 * HOUR_S)) {
      if (quiet && batch.length > 15) storms++;
      quiet = batch.length <= 15;
    }
    expect(storms).toBeGreaterThan(24);
  });
});
