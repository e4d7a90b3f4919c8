import { describe, expect, it } from 'vitest';
import { Random } from '../../../../backend/lib/random.ts';
import { BEHAVIOURS } from '../../../../backend/probes/demo/demo-network.ts';
import { type Beat, type Incident, MINUTE_MS } from '../../../../backend/probes/demo/incident.ts';
import { buildNetwork } from '../../../../backend/probes/demo/network.ts';
import { stormOf } from '../../../../backend/probes/demo/storm.ts';

const network = buildNetwork();
const cores = network.nodes.filter(node => node.role === 'core');
const SORTS = [
  ...BEHAVIOURS,
  { name: 'storm', begin: (_: unknown, random: Random) => stormOf(random.pick(cores), network, random) },
];

function lives(incident: Incident): Beat[][] {
  const byProblem = Map.groupBy(incident, beat => beat.problem.identifier);
  return [...byProblem.values()].map(beats => beats.toSorted((a, b) => a.afterMs - b.afterMs));
}

function incidents(begin: (typeof SORTS)[number]['begin'], count = 200): Incident[] {
  return Array.from({ length: count }, (_, seed) => begin(network, new Random(seed)));
}

describe.each(SORTS)('$name', ({ begin }) => {
  it('begins with its cause, at once', () => {
    for (const incident of incidents(begin)) {
      expect(incident[0]).toMatchObject({ afterMs: 0 });
      expect(incident[0]!.severity).toBeGreaterThan(0);
      expect(Math.min(...incident.map(beat => beat.afterMs))).toBe(0);
    }
  });

  it('raises each of its problems before it resolves it, and resolves it last, within 90 minutes', () => {
    for (const life of incidents(begin).flatMap(lives)) {
      expect(life[0]!.severity).toBeGreaterThan(0);
      expect(life.at(-1)!.severity).toBe(0);
      expect(life.at(-1)!.afterMs).toBeLessThanOrEqual(90 * MINUTE_MS);
      expect(new Set(life.map(beat => beat.afterMs)).size).toBe(life.length);
    }
  });

  it('says so in sentences without a hole', () => {
    for (const { summary } of incidents(begin).flat())
      expect(summary).not.toMatch(/undefined|NaN|Infinity|\[object|\s{2}|^\s|\s$|^$/);
  });
});

describe('thresholds', () => {
  it('rise from one severity to the next and clear from the highest', () => {
    const crossings = BEHAVIOURS.filter(({ name }) => name.endsWith(' threshold'));
    expect(crossings.length).toBeGreaterThan(4);
    const heights = new Set<number>();
    for (const { begin } of crossings)
      for (const incident of incidents(begin)) {
        const severities = incident.map(beat => beat.severity);
        expect(severities.at(-1)).toBe(0);
        expect(severities.slice(0, -1)).toEqual(severities.slice(0, -1).toSorted((a, b) => a - b));
        heights.add(Math.max(...severities));
      }
    expect([...heights].toSorted()).toEqual([2, 3, 4, 5]);
  });
});

describe('a link flap', () => {
  it('goes down and up several times at both ends', () => {
    const flap = BEHAVIOURS.find(({ name }) => name === 'link flap')!;
    for (const incident of incidents(flap.begin)) {
      const ends = lives(incident);
      expect(ends).toHaveLength(2);
      for (const end of ends) {
        const pattern = end.map(({ severity }) => (severity > 0 ? 'down' : 'up')).join(' ');
        expect(pattern).toMatch(/^down up( down up)+$/);
      }
    }
  });
});

describe('a node that cannot be reached', () => {
  it('takes the service that depends on it down with it', () => {
    const behaviour = BEHAVIOURS.find(({ name }) => name === 'node unreachable')!;
    for (const incident of incidents(behaviour.begin)) {
      const { node } = incident[0]!.problem;
      expect(node.role).not.toBe('core');
      const felt = incident.filter(beat => beat.problem.kind.group === 'Service');
      expect(felt.map(beat => beat.problem.service)).toEqual([node.service, node.service, node.service]);
    }
  });
});
