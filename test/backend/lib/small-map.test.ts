import { expect, it } from 'vitest';
import { SmallMap } from '../../../backend/lib/small-map.ts';
import { checkHistories } from '../../support/history.ts';
import type { Random } from '../../support/random.ts';

interface Step {
  readonly do: 'set' | 'delete';
  readonly key: number;
}

function step(random: Random): Step {
  return { do: random.pick(['set', 'delete'] as const), key: random.int(4) };
}

it('is a Map, in its order too', () => {
  checkHistories<Step>({
    seed: 1,
    count: 300,
    generate: random => Array.from({ length: 30 }, () => step(random)),
    run: steps => {
      const map = new Map<number, object>();
      const small = new SmallMap<number, object>();
      for (const [i, { do: what, key }] of steps.entries()) {
        for (const each of [map, small])
          if (what === 'set') each.set(key, { i });
          else each.delete(key);
        expect([...small.values()]).toEqual([...map.values()]);
        expect(small.size).toBe(map.size);
        for (const known of [0, 1, 2, 3]) {
          expect(small.get(known)).toEqual(map.get(known));
          expect(small.has(known)).toBe(map.has(known));
        }
      }
    },
  });
});
