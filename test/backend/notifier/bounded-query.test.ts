import { describe, expect, it } from 'vitest';
import type { StoreHouse } from '../../../backend/notifier/store-house.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { openStoreHouse } from '../../support/store-house.ts';

/** A store with three events, in simulated time. */
async function open(): Promise<{ clock: SimClock; house: StoreHouse }> {
  const clock = new SimClock();
  const house = openStoreHouse(clock);
  const events = ['a', 'b', 'c'].map(identifier => ({ identifier }));
  const body = new TextEncoder().encode(JSON.stringify(events));
  const sent = house.intake({ body, form: 'json', partial: false, offset: 0 });
  clock.pass(10);
  await sent;
  return { clock, house };
}

const IDENTITY = { role: 'viewer' } as const;

describe('a bounded question to the store', () => {
  it('is answered with as many rows as it may have', async () => {
    const { clock, house } = await open();
    const bounds = { rowsMax: 2, untilMs: clock.now() + 1 };
    const { truncated, values } = await house.query({ request: {}, identity: IDENTITY, bounds });
    expect([truncated, values[0]!.length]).toEqual(['rows', 2]);
  });

  it('is not read when whoever asked has gone', async () => {
    const { clock, house } = await open();
    const bounds = { rowsMax: 2, untilMs: clock.now() + 5000 };
    clock.pass(5000);
    await expect(house.query({ request: {}, identity: IDENTITY, bounds })).rejects.toMatchObject({ code: 'timeout' });
  });

  it('bounds itself where it has no bounds', async () => {
    const { house } = await open();
    const answer = await house.query({ request: {}, identity: IDENTITY });
    expect(answer).not.toHaveProperty('truncated');
    expect(answer.values[0]).toHaveLength(3);
  });
});
