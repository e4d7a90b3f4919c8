import { describe, expect, it } from 'vitest';
import { MetricStream } from '../../../backend/streams/metric-stream.ts';
import type { MetricFrame } from '../../../backend/views/metrics/metric-view.ts';

const frame = (value: unknown): MetricFrame => ({ fields: [], values: [[value as number]] });
/** JSON has no such number. */
const POISON = 1n;

function lab() {
  const woken: number[] = [];
  const stream = new MetricStream('v1', { frame: () => frame(0), settle: () => undefined }, () => woken.push(1));
  stream.snapshot(0);
  return { stream, woken };
}

const cut = (stream: MetricStream, asOf: number) =>
  stream
    .take(asOf)?.()
    .map(text => JSON.parse(text).values);

describe('a stream of a metric', () => {
  it('tells at a cut the last of what came before it, and nothing when nothing came', () => {
    const { stream, woken } = lab();
    stream.replace(frame(1));
    stream.replace(frame(2));
    expect(woken).toHaveLength(1);
    expect(cut(stream, 2)).toEqual([[[2]]]);
    expect(cut(stream, 3)).toBeUndefined();
  });

  it('makes up at the next cut for a frame that could not be encoded', () => {
    const { stream, woken } = lab();
    const poisoned = { value: POISON as unknown };
    const wounded = { ...frame(0), values: [[{ toJSON: () => poisoned.value } as never]] };
    stream.replace(wounded);
    expect(() => cut(stream, 1)).toThrow(TypeError);
    expect([stream.dirty, woken.length]).toEqual([true, 2]);
    poisoned.value = 7;
    expect(cut(stream, 2)).toEqual([[[7]]]);
    expect(stream.dirty).toBe(false);
  });

  it('does not put a frame that could not be encoded in the place of a newer one', () => {
    const { stream } = lab();
    stream.replace(frame(POISON));
    const encode = stream.take(1)!;
    stream.replace(frame(5));
    expect(encode).toThrow(TypeError);
    expect(cut(stream, 2)).toEqual([[[5]]]);
  });
});
