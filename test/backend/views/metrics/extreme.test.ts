import { describe, expect, it } from 'vitest';
import { Extreme } from '../../../../backend/views/metrics/extreme.ts';

describe('min and max', () => {
  it('hold what is alive, not what has been, however the extreme moves', () => {
    for (const which of ['min', 'max'] as const) {
      const extreme = new Extreme(which);
      const alive = 100;
      let held = 0;
      for (let time = 0; time < 20_000; time++) {
        extreme.add(time);
        if (time >= alive) extreme.remove(time - alive);
        held = Math.max(held, extreme.held);
      }
      expect(held).toBeLessThanOrEqual(2 * alive + 66);
      const values: unknown[] = [];
      extreme.write(values as number[]);
      expect(values).toEqual([which === 'min' ? 20_000 - alive : 19_999]);
    }
  });

  it('count a value as often as it was added', () => {
    const max = new Extreme('max');
    max.add('b');
    max.add('b');
    max.add('a');
    max.remove('b');
    const values: unknown[] = [];
    max.write(values as string[]);
    max.remove('b');
    max.write(values as string[]);
    expect(values).toEqual(['b', 'a']);
  });
});
