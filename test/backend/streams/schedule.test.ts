import { describe, expect, it } from 'vitest';
import { Schedule } from '../../../backend/streams/schedule.ts';

const asAsked = (intervalMs: number) => intervalMs;

describe('the schedule of intervals', () => {
  it('has nothing due, and no moment to wait for, without registrations', () => {
    const schedule = new Schedule<string>();
    expect(schedule.nextMs()).toBe(Number.POSITIVE_INFINITY);
    const of = schedule.enter(1000, 'events', { nowMs: 300, effectiveMs: 1000 });
    schedule.enter(1000, 'events', { nowMs: 400, effectiveMs: 1000 });
    expect(schedule.nextMs()).toBe(1000);
    schedule.leave(of, 'events');
    expect(schedule.nextMs()).toBe(1000);
    schedule.leave(of, 'events');
    expect([schedule.nextMs(), schedule.takeDue(5000, asAsked)]).toEqual([Number.POSITIVE_INFINITY, []]);
  });

  it('is due at multiples of the interval, whenever it was entered, and never twice for one', () => {
    const schedule = new Schedule<string>();
    schedule.enter(1000, 'events', { nowMs: 1300, effectiveMs: 1000 });
    schedule.enter(3000, 'events', { nowMs: 1700, effectiveMs: 3000 });
    const due = (nowMs: number) => schedule.takeDue(nowMs, asAsked).map(({ intervalMs }) => intervalMs);
    expect([1999, 2000, 2001, 3000, 3000, 4000].map(due)).toEqual([[], [1000], [], [1000, 3000], [], [1000]]);
  });

  it('does not run after moments that it missed', () => {
    const schedule = new Schedule<string>();
    schedule.enter(1000, 'events', { nowMs: 0, effectiveMs: 1000 });
    expect(schedule.takeDue(7500, asAsked)).toHaveLength(1);
    expect(schedule.nextMs()).toBe(8000);
  });

  it('keeps stretched intervals multiples of each other', () => {
    const schedule = new Schedule<string>();
    const stretched = (intervalMs: number) => intervalMs * 1.25;
    schedule.enter(1000, 'events', { nowMs: 10, effectiveMs: 1250 });
    schedule.enter(2000, 'events', { nowMs: 10, effectiveMs: 2500 });
    expect(schedule.takeDue(1250, stretched).map(({ intervalMs }) => intervalMs)).toEqual([1000]);
    expect(schedule.takeDue(2500, stretched).map(({ intervalMs }) => intervalMs)).toEqual([1000, 2000]);
  });

  it('counts registrations by source: what polling would ask', () => {
    const schedule = new Schedule<string>();
    const at = { nowMs: 0, effectiveMs: 1000 };
    for (const source of ['events', 'events', 'panelcast', undefined]) schedule.enter(1000, source, at);
    const [of] = schedule.classes;
    schedule.leave(of!, 'events');
    expect([...of!.polling]).toEqual([
      ['events', 1],
      ['panelcast', 1],
    ]);
  });
});
