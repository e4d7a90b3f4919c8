import { describe, expect, it } from 'vitest';
import { type Framing, lineFraming, webSocketFraming } from '../../../../backend/gateway/live/framing.ts';
import {
  type Subscriber,
  type SubscriptionGroup,
  SubscriptionGroups,
} from '../../../../backend/gateway/live/subscription-groups.ts';
import { checkHistories } from '../../../support/history.ts';
import type { Random } from '../../../support/random.ts';

const SUBSCRIBERS = 12;
const STREAMS = 4;

type Step =
  | { readonly type: 'subscribe' | 'unsubscribe'; readonly who: number; readonly stream: number }
  | { readonly type: 'remove'; readonly who: number }
  | { readonly type: 'settle' };

const generate = (random: Random): Step[] =>
  Array.from({ length: 5 + random.int(80) }, (): Step => {
    const who = random.int(SUBSCRIBERS);
    const roll = random.next();
    if (roll < 0.5) return { type: 'subscribe', who, stream: random.int(STREAMS) };
    if (roll < 0.7) return { type: 'unsubscribe', who, stream: random.int(STREAMS) };
    return roll < 0.8 ? { type: 'remove', who } : { type: 'settle' };
  });

function subscriber(framing: Framing): Subscriber {
  return { framing, group: undefined, place: 0, take: () => undefined, write() {} };
}

function run(steps: readonly Step[]): void {
  const groups = new SubscriptionGroups();
  const all = Array.from({ length: SUBSCRIBERS }, (_, i) => subscriber(i % 3 ? webSocketFraming : lineFraming));
  const wanted = all.map(() => new Set<number>());
  for (const step of [...steps, { type: 'settle' } as const]) {
    if (step.type === 'subscribe') {
      groups.change(all[step.who]!, [step.stream], []);
      wanted[step.who]!.add(step.stream);
    } else if (step.type === 'unsubscribe') {
      groups.change(all[step.who]!, [], [step.stream]);
      wanted[step.who]!.delete(step.stream);
    } else if (step.type === 'remove') {
      groups.remove(all[step.who]!);
      wanted[step.who]!.clear();
    } else {
      groups.settle();
      check(groups, all, wanted);
    }
  }
}

/** Everybody is in the one group of its streams and framing, at its place, and found by each of its streams once. */
function check(groups: SubscriptionGroups, all: readonly Subscriber[], wanted: readonly ReadonlySet<number>[]): void {
  const keys = new Map<string, SubscriptionGroup>();
  for (const [who, { group, framing, place }] of all.entries()) {
    const streams = [...wanted[who]!].sort();
    expect(group?.streams ?? []).toEqual(streams);
    if (group === undefined) continue;
    expect(group.members[place]).toBe(all[who]);
    const key = `${framing.name}:${streams}`;
    expect(keys.get(key) ?? group).toBe(group);
    keys.set(key, group);
  }
  expect(groups.size).toBe(keys.size);
  for (let stream = 0; stream < STREAMS; stream++) {
    const found = [...groups.of(stream)].flatMap(({ members }) => members.map(member => all.indexOf(member)));
    const should = all.flatMap((_, who) => (wanted[who]!.has(stream) ? [who] : []));
    expect(found.sort()).toEqual(should.sort());
  }
}

describe('subscription groups', () => {
  it('hold everybody with the same streams and framing together, after any history', () => {
    checkHistories({ seed: 7, count: 500, generate, run });
  });

  it('change nothing before they settle', () => {
    const groups = new SubscriptionGroups();
    const one = subscriber(webSocketFraming);
    groups.change(one, [1], []);
    expect([...groups.of(1)]).toEqual([]);
    groups.settle();
    groups.remove(one);
    expect([...groups.of(1)][0]?.members).toEqual([one]);
    groups.settle();
    expect(groups.size).toBe(0);
  });
});
