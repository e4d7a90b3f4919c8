import { onTestFinished } from 'vitest';
import { StoreHouse, type StoreHouseOptions } from '../../backend/notifier/store-house.ts';
import type { SimClock } from './sim-clock.ts';

/** A store and its notifier in simulated time, in memory unless told otherwise, closed when the test ends. */
export function openStoreHouse(clock: SimClock, options: Partial<StoreHouseOptions> = {}): StoreHouse {
  const house = new StoreHouse({
    store: { mode: 'dump' },
    clock,
    intervalMs: 1000,
    throttle: 'adaptive',
    lingerMs: 2000,
    filters: {},
    views: {},
    spool: { bytesMax: 1e6, ageMsMax: 1e9 },
    soon: run => void clock.after(0, run),
    onFault: (what, error) => {
      throw new Error(what, { cause: error });
    },
    ...options,
  });
  onTestFinished(() => house.close());
  return house;
}
