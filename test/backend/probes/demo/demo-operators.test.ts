import { expect, it } from 'vitest';
import { DemoNetwork } from '../../../../backend/probes/demo/demo-network.ts';
import { acknowledgementSql, DemoOperators } from '../../../../backend/probes/demo/demo-operators.ts';
import type { EventInput } from '../../../../backend/probes/demo/event-input.ts';

const START = Date.UTC(2026, 0, 5);

it('acknowledges what is severe and open, each problem once, and not all of it', () => {
  const network = new DemoNetwork({ seed: 4, rate: 0 });
  const rows = new Map<string, EventInput>(network.populate(START).map(event => [event.identifier, event]));
  const taken = new DemoOperators(4).step(network.open, 4 * 60_000).flatMap(({ identifiers }) => identifiers);
  expect(taken.length).toBeGreaterThan(20);
  expect(taken.length).toBeLessThan(network.open.size / 2);
  expect(new Set(taken).size).toBe(taken.length);
  for (const identifier of taken) expect(rows.get(identifier)!.severity).toBeGreaterThanOrEqual(3);
});

it('looks again at the pace of time, not of calls', () => {
  const count = (stepMs: number) => {
    const network = new DemoNetwork({ seed: 4, rate: 0 });
    network.populate(START);
    const operators = new DemoOperators(4);
    let taken = 0;
    for (let ms = 0; ms < 120_000; ms += stepMs)
      taken += operators.step(network.open, stepMs).reduce((sum, { identifiers }) => sum + identifiers.length, 0);
    return taken;
  };
  expect(Math.abs(count(100) - count(60_000))).toBeLessThanOrEqual(1);
});

it('writes one statement for all that one person takes', () => {
  const { sql, params } = acknowledgementSql({ owner: 'mei', ownerGroup: 'Network', identifiers: ['a', 'b'] });
  expect(sql).toBe(
    'UPDATE events SET acknowledged = 1, owner = ?, owner_group = ? WHERE acknowledged = 0 AND identifier IN (?, ?)',
  );
  expect(params).toEqual(['mei', 'Network', 'a', 'b']);
});
