/** Reports that are no problems: they have no resolution and leave the table by themselves. */
import type { Random } from '../../lib/random.ts';
import { EVENT_TYPE, type EventInput, type Severity } from './event-input.ts';
import { type AlertKind, problemColumns, problemOf } from './incident.ts';
import type { Network } from './network.ts';
import { ACCOUNTS } from './places.ts';

interface Report extends AlertKind {
  readonly weight: number;
  readonly severity: Severity;
  readonly expiresS: number;
  /** Whether each site's probe host reports it, or any node. */
  readonly ofSite: boolean;
  sentence(random: Random): string;
}

const REPORTS: readonly Report[] = [
  {
    group: 'Heartbeat',
    class: 9000,
    agent: 'probe',
    weight: 20,
    severity: 0,
    expiresS: 180,
    ofSite: true,
    sentence: random => `Probe alive: ${random.between(200, 4000)} polls in the last minute, none lost`,
  },
  {
    group: 'Change',
    class: 9100,
    agent: 'syslog',
    weight: 1,
    severity: 1,
    expiresS: 300,
    ofSite: false,
    sentence: random => `Configured from console by ${random.pick(ACCOUNTS)} on vty${random.int(5)}`,
  },
  {
    group: 'Session',
    class: 9200,
    agent: 'syslog',
    weight: 1,
    severity: 1,
    expiresS: 120,
    ofSite: false,
    sentence: random => `Login of ${random.pick(ACCOUNTS)} accepted, ${random.between(1, 9)} sessions open`,
  },
];

export function report(network: Network, random: Random, atMs: number): EventInput {
  const kind = random.pickWeighted(REPORTS);
  const site = random.pick(network.sites);
  const node = kind.ofSite ? network.nodes.find(other => other.site === site)! : random.pick(network.nodes);
  return {
    ...problemColumns(problemOf(node, kind, 'report')),
    type: EVENT_TYPE.information,
    severity: kind.severity,
    summary: kind.sentence(random),
    last_occurrence: atMs,
    expires_after: kind.expiresS,
  };
}
