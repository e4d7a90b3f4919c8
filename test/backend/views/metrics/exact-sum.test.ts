import { describe, expect, it } from 'vitest';
import { ExactSum } from '../../../../backend/views/metrics/exact-sum.ts';
import { Random } from '../../../support/random.ts';

function sumOf(...values: number[]): number {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum.value();
}

describe('an exact sum', () => {
  it('does not drift over many replacements, where a plain sum does', () => {
    const random = new Random(11);
    const values = Array.from({ length: 1_000 }, () => random.next() * 1e6);
    const sum = new ExactSum();
    let plain = 0;
    for (const value of values) {
      sum.add(value);
      plain += value;
    }
    for (let step = 0; step < 300_000; step++) {
      const at = random.int(values.length);
      const value = random.next() * 10 ** random.int(10);
      sum.add(-values[at]!);
      sum.add(value);
      plain = plain - values[at]! + value;
      values[at] = value;
    }
    const again = sumOf(...values);
    expect(sum.value()).toBe(again);
    expect(Math.abs(plain - again)).toBeGreaterThan(1e-6);
  });

  it('depends on what is inside, not on the order or on what has been', () => {
    const random = new Random(12);
    for (let round = 0; round < 300; round++) {
      const stays = Array.from({ length: random.int(20) }, () => (random.next() - 0.5) * 2 ** (random.int(600) - 300));
      const goes = Array.from({ length: random.int(20) }, () => (random.next() - 0.5) * 2 ** (random.int(2000) - 1000));
      const sum = new ExactSum();
      for (const value of [...stays, ...goes]) sum.add(value);
      for (const value of goes.toReversed()) sum.add(-value);
      expect(sum.value()).toBe(sumOf(...stays.toReversed()));
    }
  });

  it('keeps the small beside the enormous', () => {
    expect(sumOf(1e300, 1, 1e150, -1e300, -1e150)).toBe(1);
    expect(sumOf(1e-320, 1e308, -1e308)).toBe(1e-320);
  });

  it('overflows only while the sum itself does', () => {
    const sum = new ExactSum();
    sum.add(1.5e308);
    sum.add(1.5e308);
    expect(sum.value()).toBe(Number.POSITIVE_INFINITY);
    sum.add(-1.5e308);
    expect(sum.value()).toBe(1.5e308);
  });

  it('is the double nearest to the true sum of integers of any size', () => {
    const random = new Random(13);
    for (let round = 0; round < 500; round++) {
      const sum = new ExactSum();
      let exact = 0n;
      for (let i = random.int(40); i >= 0; i--) {
        const value = Math.floor((random.next() - 0.4) * Number.MAX_SAFE_INTEGER);
        sum.add(value);
        exact += BigInt(value);
      }
      expect(sum.value()).toBe(Number(exact));
    }
  });

  it('rounds half-way cases by what lies below them', () => {
    expect(sumOf(2 ** 53, 1)).toBe(2 ** 53);
    expect(sumOf(2 ** 53, 1, 2 ** -60)).toBe(2 ** 53 + 2);
    expect(sumOf(2 ** 53, 2, 1, -(2 ** -60))).toBe(2 ** 53 + 2);
    expect(sumOf(2 ** 53, 1, -(2 ** -60))).toBe(2 ** 53);
  });
});
