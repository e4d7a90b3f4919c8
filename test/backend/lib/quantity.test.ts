import { describe, expect, it } from 'vitest';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../../backend/lib/quantity.ts';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['5s', 5000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['42', 42],
  ])('reads %s as %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '5', 's', '5 s', '-5s', '5x', '1m 30s', '5s!'].filter(text => text !== '5'))('does not read %j', text =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  it('writes what it reads', () => {
    for (const ms of [0, 1, 250, 1000, 90_000, 60_000, 3_600_000, 86_400_000])
      expect(parseDuration(formatDuration(ms))).toBe(ms);
  });
});

describe('sizes', () => {
  it.each([
    ['256MiB', 268_435_456],
    ['1.5GB', 1.5e9],
    ['64 kib', 65_536],
    ['10', 10],
  ])('reads %s as %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', 'MiB', '5XB', '-1', '1 2'])('does not read %j', text => expect(parseSize(text)).toBeUndefined());

  it('writes what it reads', () => {
    for (const bytes of [0, 1, 1024, 1_000_000, 2 ** 20, 3 * 2 ** 30]) expect(parseSize(formatSize(bytes))).toBe(bytes);
  });
});
