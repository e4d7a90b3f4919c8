import { describe, expect, it } from 'vitest';
import { TimingWheel } from '../../../backend/views/timing-wheel.ts';
import { checkHistories } from '../../support/history.ts';
import type { Random } from '../../support/random.ts';

type Step = { arm: number; inMs: number } | { disarm: number } | { advanceMs: number };

const START = 1_700_000_000_123;

/** From the next millisecond to centuries, and what is long over. */
function delay(random: Random): number {
  const scale = 64 ** random.int(8);
  const ms = Math.floor(random.next() * scale);
  return random.chance(0.1) ? -ms : random.chance(0.1) ? ms + 0.5 : ms;
}

function history(random: Random): Step[] {
  return Array.from({ length: 400 }, (): Step => {
    if (random.chance(0.25)) return { advanceMs: random.chance(0.1) ? -5 : Math.abs(delay(random)) };
    const id = random.int(60);
    return random.chance(0.15) ? { disarm: id } : { arm: id, inMs: delay(random) };
  });
}

/** The model: all ids with their times, sorted at each advance. */
function run(steps: readonly Step[]): void {
  let now = START;
  const wheel = new TimingWheel<number>(now);
  const model = new Map<number, number>();
  for (const step of steps) {
    if ('arm' in step) {
      wheel.arm(step.arm, now + step.inMs);
      model.set(step.arm, now + step.inMs);
    } else if ('disarm' in step) {
      wheel.disarm(step.disarm);
      model.delete(step.disarm);
    } else {
      now += step.advanceMs;
      const visited: [number, number][] = [];
      wheel.advance(now, (id, dueMs) => visited.push([id, dueMs]));
      const due = [...model].filter(([, dueMs]) => dueMs <= now);
      for (const [id] of due) model.delete(id);
      expect(visited.map(([, dueMs]) => dueMs)).toEqual(due.map(([, dueMs]) => dueMs).sort((a, b) => a - b));
      expect(visited.map(([id]) => id).sort()).toEqual(due.map(([id]) => id).sort());
    }
    expect(wheel.size).toBe(model.size);
  }
}

describe('a timing wheel', () => {
  it('wakes what a sorted list would, at the same advance and in order of time', () => {
    checkHistories({ seed: 1, count: 60, generate: history, run });
  });

  it('wakes to the millisecond, and forgets what it woke', () => {
    const wheel = new TimingWheel<string>(START);
    const woken: string[] = [];
    wheel.arm('a', START + 4_096);
    wheel.advance(START + 4_095, id => woken.push(id));
    expect(woken).toEqual([]);
    wheel.advance(START + 4_096, id => woken.push(id));
    wheel.advance(START + 9_999, id => woken.push(id));
    expect(woken).toEqual(['a']);
    expect(wheel.size).toBe(0);
  });

  it('keeps what a visit arms for the next advance, even if it is due', () => {
    const wheel = new TimingWheel<string>(START);
    wheel.arm('a', START);
    let visits = 0;
    const again = () => {
      visits++;
      wheel.arm('a', START);
    };
    wheel.advance(START + 1, again);
    expect(visits).toBe(1);
    wheel.advance(START + 1, again);
    expect(visits).toBe(2);
  });

  it('crosses centuries in one advance', () => {
    const wheel = new TimingWheel<number>(0);
    for (let i = 0; i < 53; i++) wheel.arm(i, 2 ** i);
    wheel.arm(53, Number.MAX_VALUE);
    const woken: number[] = [];
    wheel.advance(Number.MAX_SAFE_INTEGER - 1, id => woken.push(id));
    expect(woken).toEqual(Array.from({ length: 53 }, (_, i) => i));
    expect(wheel.size).toBe(1);
  });

  it('does not let a visit that disarms another keep it from being forgotten', () => {
    const wheel = new TimingWheel<string>(START);
    wheel.arm('a', START + 1);
    wheel.arm('b', START + 2);
    wheel.advance(START + 5, id => {
      if (id === 'a') wheel.disarm('b');
    });
    expect(wheel.size).toBe(0);
  });
});
