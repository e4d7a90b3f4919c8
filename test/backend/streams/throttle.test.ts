import { describe, expect, it } from 'vitest';
import { Throttle } from '../../../backend/streams/throttle.ts';
import { Random } from '../../support/random.ts';

describe('the adaptive throttle', () => {
  it.each([
    [249, 1000],
    [500, 1000],
    [501, 1250],
    [1000, 1250],
    [1001, 2000],
  ])('makes of a sweep of %i ms in a second an interval of %i ms', (sweepMs, intervalMs) => {
    const throttle = new Throttle('adaptive', 1000);
    throttle.swept(sweepMs);
    expect(throttle.intervalMs(1000)).toBe(intervalMs);
    expect(throttle.throttled).toBe(intervalMs > 1000);
  });

  it('judges a sweep by the interval of now, so that it comes to rest', () => {
    const throttle = new Throttle('adaptive', 1000);
    for (let i = 0; i < 50; i++) throttle.swept(2000);
    const rest = throttle.intervalMs(1000);
    expect(2000 / rest).toBeLessThanOrEqual(0.5);
    expect(2000 / rest).toBeGreaterThanOrEqual(0.25);
    throttle.swept(2000);
    expect(throttle.intervalMs(1000)).toBe(rest);
  });

  it('stretches all intervals alike, up to half a minute, and shortens none that was asked longer', () => {
    const throttle = new Throttle('adaptive', 1000);
    throttle.swept(1500);
    expect([1000, 3000, 60_000].map(asked => throttle.intervalMs(asked))).toEqual([2000, 6000, 60_000]);
    for (let i = 0; i < 20; i++) throttle.swept(1e6);
    expect([1000, 3000, 60_000].map(asked => throttle.intervalMs(asked))).toEqual([30_000, 30_000, 60_000]);
  });

  it('is back where it was, with nothing to explain, when sweeps are short again', () => {
    const throttle = new Throttle('adaptive', 1000);
    for (let i = 0; i < 20; i++) throttle.swept(1e6);
    for (let i = 0; i < 12; i++) throttle.swept(10);
    expect([throttle.stretch, throttle.throttled, throttle.why]).toEqual([1, false, '']);
  });

  it('never leaves its bounds, whatever sweeps take', () => {
    const random = new Random(1);
    const throttle = new Throttle('adaptive', 1000);
    for (let i = 0; i < 1000; i++) {
      throttle.swept(random.next() ** 4 * 100_000);
      expect(throttle.intervalMs(1000)).toBeGreaterThanOrEqual(1000);
      expect(throttle.intervalMs(1000)).toBeLessThanOrEqual(30_000);
      expect(throttle.pauseMs).toBe(0);
      expect(throttle.throttled).toBe(throttle.why !== '');
    }
  });
});

describe("the patent's throttle", () => {
  it('adds one step for each sweep beyond the threshold, keeps it, and stops at a second', () => {
    const throttle = new Throttle('patent', 1000);
    throttle.swept(500);
    expect(throttle.throttled).toBe(false);
    throttle.swept(501);
    throttle.swept(10);
    expect([throttle.pauseMs, throttle.intervalMs(1000), throttle.throttled]).toEqual([10, 1000, true]);
    for (let i = 0; i < 500; i++) throttle.swept(900);
    expect(throttle.pauseMs).toBe(1000);
  });
});

describe('no throttle', () => {
  it('looks on', () => {
    const throttle = new Throttle('off', 1000);
    throttle.swept(1e6);
    expect([throttle.intervalMs(1000), throttle.pauseMs, throttle.throttled]).toEqual([1000, 0, false]);
  });
});
