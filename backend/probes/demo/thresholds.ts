/** Measured values that cross one threshold after another, then come back. */
import type { Random } from '../../lib/random.ts';
import type { Severity } from './event-input.ts';
import { type AlertKind, type Beat, type Behaviour, type Incident, MINUTE_MS, problemOf } from './incident.ts';
import type { Network, Role } from './network.ts';

interface Level {
  readonly severity: Severity;
  /** The value lies in [from, to]. */
  readonly from: number;
  readonly to: number;
}

interface Threshold extends AlertKind {
  readonly weight: number;
  readonly roles: readonly Role[];
  /** What of a node is measured: one of these. */
  readonly keys: readonly string[];
  /** In order of severity. How far a value rises is random, less often to each next one. */
  readonly levels: readonly Level[];
  readonly normal: Omit<Level, 'severity'>;
  /** How long one level lasts. */
  readonly minutes: readonly [from: number, to: number];
  sentence(key: string, value: number): string;
}

const EVERYTHING: readonly Role[] = ['core', 'edge', 'switch', 'firewall', 'balancer', 'server', 'database'];
const MACHINES: readonly Role[] = ['balancer', 'server', 'database'];
const BOXES: readonly Role[] = ['core', 'edge', 'switch', 'firewall'];

const RISES_FURTHER = 0.45;

const PERCENT: readonly Level[] = [
  { severity: 2, from: 80, to: 87 },
  { severity: 3, from: 88, to: 93 },
  { severity: 4, from: 94, to: 96 },
  { severity: 5, from: 97, to: 99 },
];

const THRESHOLDS: readonly Threshold[] = [
  {
    group: 'CPU',
    class: 2100,
    agent: 'snmp-poll',
    weight: 16,
    roles: EVERYTHING,
    keys: ['total'],
    levels: PERCENT,
    normal: { from: 11, to: 55 },
    minutes: [2, 6],
    sentence: (_, value) => `CPU utilisation ${value} % for 5 minutes`,
  },
  {
    group: 'Memory',
    class: 2110,
    agent: 'snmp-poll',
    weight: 10,
    roles: EVERYTHING,
    keys: ['physical'],
    levels: PERCENT.slice(0, 3),
    normal: { from: 30, to: 65 },
    minutes: [4, 12],
    sentence: (_, value) => `Memory ${value} % used`,
  },
  {
    group: 'Disk',
    class: 2120,
    agent: 'host-agent',
    weight: 18,
    roles: MACHINES,
    keys: ['/', '/var', '/var/log', '/data', '/backup'],
    levels: PERCENT,
    normal: { from: 35, to: 70 },
    minutes: [6, 20],
    sentence: (key, value) => `Disk ${key} ${value} % full`,
  },
  {
    group: 'Temperature',
    class: 2200,
    agent: 'snmp-trap',
    weight: 8,
    roles: BOXES,
    keys: ['inlet', 'asic 0', 'asic 1'],
    levels: [
      { severity: 3, from: 55, to: 61 },
      { severity: 4, from: 62, to: 69 },
      { severity: 5, from: 70, to: 78 },
    ],
    normal: { from: 28, to: 42 },
    minutes: [3, 9],
    sentence: (key, value) => `Temperature of sensor ${key} ${value} °C`,
  },
  {
    group: 'Interface Load',
    class: 1120,
    agent: 'flow-collector',
    weight: 12,
    roles: ['core', 'edge', 'switch'],
    keys: ['uplink 1', 'uplink 2'],
    levels: PERCENT.slice(0, 3),
    normal: { from: 20, to: 60 },
    minutes: [2, 8],
    sentence: (key, value) => `Load of ${key} ${value} % for 5 minutes`,
  },
  {
    group: 'Replication',
    class: 3200,
    agent: 'database-check',
    weight: 6,
    roles: ['database'],
    keys: ['standby 1', 'standby 2'],
    levels: [
      { severity: 2, from: 30, to: 90 },
      { severity: 4, from: 120, to: 600 },
      { severity: 5, from: 900, to: 3600 },
    ],
    normal: { from: 0, to: 2 },
    minutes: [2, 7],
    sentence: (key, value) => `Replication to ${key} ${value} s behind`,
  },
  {
    group: 'Response Time',
    class: 3100,
    agent: 'service-check',
    weight: 12,
    roles: ['balancer', 'server'],
    keys: ['/login', '/api', '/health', '/search'],
    levels: [
      { severity: 2, from: 800, to: 1500 },
      { severity: 3, from: 1600, to: 4000 },
      { severity: 4, from: 4200, to: 9900 },
    ],
    normal: { from: 40, to: 200 },
    minutes: [1, 6],
    sentence: (key, value) => `Response time of ${key} ${value} ms (95th percentile)`,
  },
];

function crossing(threshold: Threshold, network: Network, random: Random): Incident {
  const node = random.pick(network.nodes.filter(({ role }) => threshold.roles.includes(role)));
  const key = random.pick(threshold.keys);
  const problem = problemOf(node, threshold, key);
  const beats: Beat[] = [];
  let minutes = 0;
  for (const level of threshold.levels) {
    if (beats.length > 0 && !random.chance(RISES_FURTHER)) break;
    const value = random.between(level.from, level.to);
    const summary = threshold.sentence(key, value);
    beats.push({ afterMs: minutes * MINUTE_MS, problem, severity: level.severity, summary });
    minutes += random.between(...threshold.minutes);
  }
  const value = random.between(threshold.normal.from, threshold.normal.to);
  const summary = `${threshold.sentence(key, value)}: back to normal`;
  return [...beats, { afterMs: minutes * MINUTE_MS, problem, severity: 0, summary }];
}

export const THRESHOLD_CROSSINGS: readonly Behaviour[] = THRESHOLDS.map(threshold => ({
  name: `${threshold.group} threshold`,
  weight: threshold.weight,
  begin: (network, random) => crossing(threshold, network, random),
}));
