import { describe, expect, it } from 'vitest';
import type { Value } from '../../../../backend/protocol/schema.ts';
import type { Accumulator } from '../../../../backend/views/metrics/accumulator.ts';
import { Average } from '../../../../backend/views/metrics/average.ts';
import { Sum } from '../../../../backend/views/metrics/sum.ts';

function read(accumulator: Accumulator): Value {
  const values: Value[] = [];
  accumulator.write(values);
  return values[0]!;
}

describe('sum and avg', () => {
  it('are NULL over nothing, also after everything has left', () => {
    for (const accumulator of [new Sum(), new Average()]) {
      expect(read(accumulator)).toBeNull();
      accumulator.add(4);
      accumulator.remove(4);
      expect(read(accumulator)).toBeNull();
    }
  });

  it('let an infinity go again', () => {
    const sum = new Sum();
    sum.add(1.5);
    sum.add(Number.POSITIVE_INFINITY);
    expect(read(sum)).toBe(Number.POSITIVE_INFINITY);
    sum.add(Number.NEGATIVE_INFINITY);
    expect(read(sum)).toBeNull();
    sum.remove(Number.POSITIVE_INFINITY);
    expect(read(sum)).toBe(Number.NEGATIVE_INFINITY);
    sum.remove(Number.NEGATIVE_INFINITY);
    expect(read(sum)).toBe(1.5);
  });

  it('take no text', () => {
    expect(() => new Sum().add('5')).toThrow('only numbers');
  });
});
