/** What people and their machines neglect: backups, certificates, power, clocks; and who tries to get in. */
import type { Random } from '../../lib/random.ts';
import type { Severity } from './event-input.ts';
import { type AlertKind, type Behaviour, type Incident, MINUTE_MS, problemOf } from './incident.ts';
import type { Network, Role } from './network.ts';
import { ACCOUNTS } from './places.ts';

interface Neglect extends AlertKind {
  readonly weight: number;
  readonly roles: readonly Role[];
  readonly severity: Severity;
  readonly minutes: readonly [from: number, to: number];
  readonly keys: readonly string[];
  raised(key: string, random: Random): string;
  resolved(key: string, random: Random): string;
}

const ROUTERS: readonly Role[] = ['core', 'edge'];
const MACHINES: readonly Role[] = ['server', 'database'];
const BOXES: readonly Role[] = ['core', 'edge', 'switch', 'firewall'];

const NEGLECTS: readonly Neglect[] = [
  {
    group: 'Backup',
    class: 4100,
    agent: 'backup-monitor',
    weight: 8,
    roles: MACHINES,
    severity: 3,
    minutes: [10, 40],
    keys: ['nightly', 'hourly log', 'weekly full'],
    raised: (key, random) =>
      `Backup "${key}" failed after ${random.between(2, 190)} min: ${random.pick(BACKUP_REASONS)}`,
    resolved: (key, random) =>
      `Backup "${key}" completed: ${random.between(4, 900)} GB in ${random.between(3, 120)} min`,
  },
  {
    group: 'Certificate',
    class: 4200,
    agent: 'certificate-check',
    weight: 7,
    roles: ['balancer', 'server', 'firewall'],
    severity: 2,
    minutes: [15, 50],
    keys: ['https', 'api', 'ldaps'],
    raised: (key, random) => `Certificate of ${key} expires in ${random.between(2, 21)} days`,
    resolved: key => `Certificate of ${key} renewed, valid for 90 days`,
  },
  {
    group: 'Login',
    class: 5100,
    agent: 'syslog',
    weight: 12,
    roles: [...BOXES, ...MACHINES],
    severity: 3,
    minutes: [3, 15],
    keys: ACCOUNTS,
    raised: (key, random) => `${random.between(5, 60)} failed logins for ${key} from ${address(random)}`,
    resolved: key => `No failed login for ${key} for 10 minutes`,
  },
  {
    group: 'Power',
    class: 2300,
    agent: 'snmp-trap',
    weight: 4,
    roles: BOXES,
    severity: 4,
    minutes: [5, 25],
    keys: ['supply 1', 'supply 2'],
    raised: key => `Power ${key} failed; running on the other one`,
    resolved: key => `Power ${key} is back`,
  },
  {
    group: 'Fan',
    class: 2310,
    agent: 'snmp-trap',
    weight: 4,
    roles: BOXES,
    severity: 3,
    minutes: [5, 30],
    keys: ['tray 1', 'tray 2', 'tray 3'],
    raised: (key, random) => `Fan ${key} at ${random.between(9, 38)} % of its speed`,
    resolved: key => `Fan ${key} at full speed`,
  },
  {
    group: 'Clock',
    class: 4300,
    agent: 'ntp-check',
    weight: 8,
    roles: [...BOXES, ...MACHINES],
    severity: 2,
    minutes: [8, 30],
    keys: ['ntp'],
    raised: (_, random) => `Clock ${random.between(150, 4000)} ms off: no time server reached`,
    resolved: () => 'Clock synchronised, offset below 1 ms',
  },
  {
    group: 'Configuration',
    class: 4400,
    agent: 'config-audit',
    weight: 8,
    roles: BOXES,
    severity: 1,
    minutes: [15, 50],
    keys: ['running', 'startup'],
    raised: (key, random) => `The ${key} configuration differs from the approved one in ${random.between(1, 30)} lines`,
    resolved: key => `The ${key} configuration is the approved one`,
  },
  {
    group: 'Process',
    class: 3300,
    agent: 'host-agent',
    weight: 8,
    roles: MACHINES,
    severity: 4,
    minutes: [1, 8],
    keys: ['nginx', 'postgres', 'payments-api', 'session-cache', 'queue-worker'],
    raised: (key, random) => `Process ${key} restarted ${random.between(3, 20)} times in 5 minutes`,
    resolved: key => `Process ${key} is stable`,
  },
  {
    group: 'Routing Table',
    class: 1230,
    agent: 'syslog',
    weight: 3,
    roles: ROUTERS,
    severity: 2,
    minutes: [5, 20],
    keys: ['ipv4', 'ipv6'],
    raised: (key, random) => `${key} routing table at ${random.between(85, 97)} % of its capacity`,
    resolved: key => `${key} routing table below 80 % of its capacity`,
  },
];

const BACKUP_REASONS: readonly string[] = [
  'target volume is full',
  'snapshot timed out',
  'connection to the media server reset',
  'checksum mismatch in 3 files',
];

/** In the ranges that are reserved for documents. */
function address(random: Random): string {
  return `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${random.between(1, 254)}`;
}

function neglected(neglect: Neglect, network: Network, random: Random): Incident {
  const node = random.pick(network.nodes.filter(({ role }) => neglect.roles.includes(role)));
  const key = random.pick(neglect.keys);
  const problem = problemOf(node, neglect, key);
  return [
    { afterMs: 0, problem, severity: neglect.severity, summary: neglect.raised(key, random) },
    {
      afterMs: random.between(...neglect.minutes) * MINUTE_MS,
      problem,
      severity: 0,
      summary: neglect.resolved(key, random),
    },
  ];
}

export const UPKEEP: readonly Behaviour[] = NEGLECTS.map(neglect => ({
  name: neglect.group,
  weight: neglect.weight,
  begin: (network, random) => neglected(neglect, network, random),
}));
