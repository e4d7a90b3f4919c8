/** What goes wrong between nodes: links, neighbours, and nodes that nobody can reach. */
import type { Random } from '../../lib/random.ts';
import {
  type AlertKind,
  type Beat,
  type Behaviour,
  type Incident,
  MINUTE_MS,
  problemOf,
  SECOND_MS,
} from './incident.ts';
import type { Link, Network, Node, Port, Service } from './network.ts';

const LINK: AlertKind = { group: 'Link', class: 1100, agent: 'snmp-trap' };
const OSPF: AlertKind = { group: 'OSPF', class: 1210, agent: 'syslog' };
const BGP: AlertKind = { group: 'BGP', class: 1220, agent: 'snmp-trap' };
const REACHABILITY: AlertKind = { group: 'Reachability', class: 1000, agent: 'ping' };
const SERVICE: AlertKind = { group: 'Service', class: 3000, agent: 'service-check' };
const PACKET_LOSS: AlertKind = { group: 'Packet Loss', class: 1300, agent: 'ping' };

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The two ends of a link report it one after the other. */
export function linkLost(link: Link, span: Span, random: Random): Beat[] {
  return [endLost(link.a, link.b, span), endLost(link.b, link.a, shifted(span, random.between(200, 3000)))].flat();
}

export function endLost(port: Port, other: Port, span: Span): Beat[] {
  const problem = problemOf(port.node, LINK, port.name, { extra: { peer: other.node.name, peer_port: other.name } });
  const severity = port.node.role === 'core' ? 5 : port.node.role === 'server' ? 3 : 4;
  return [
    { afterMs: span.fromMs, problem, severity, summary: `Link Down ( ${port.name} ) to ${other.node.name}` },
    { afterMs: span.toMs, problem, severity: 0, summary: `Link Up ( ${port.name} ) to ${other.node.name}` },
  ];
}

/** `node` has lost its routing neighbour. */
export function neighbourLost(node: Node, neighbour: Node, span: Span): Beat[] {
  const inside = node.site === neighbour.site;
  const protocol = inside ? 'OSPF' : 'BGP';
  const problem = problemOf(node, inside ? OSPF : BGP, neighbour.ip, { extra: { neighbour: neighbour.name } });
  const lost = inside
    ? `OSPF neighbour ${neighbour.ip} (${neighbour.name}) lost: dead timer expired`
    : `BGP peer ${neighbour.ip} (AS ${64500 + Number(neighbour.ip.split('.')[1])}) to ${neighbour.name} left state Established`;
  return [
    { afterMs: span.fromMs, problem, severity: inside ? 4 : 5, summary: lost },
    {
      afterMs: span.toMs,
      problem,
      severity: 0,
      summary: `${protocol} neighbour ${neighbour.ip} (${neighbour.name}) is up`,
    },
  ];
}

export function unreachable(node: Node, span: Span): Beat[] {
  const problem = problemOf(node, REACHABILITY, 'icmp');
  const severity = node.role === 'core' || node.role === 'firewall' ? 5 : 4;
  return [
    {
      afterMs: span.fromMs,
      problem,
      severity,
      summary: `Node ${node.name} does not answer: 5 of 5 pings to ${node.ip} lost`,
    },
    {
      afterMs: span.toMs,
      problem,
      severity: 0,
      summary: `Node ${node.name} answers again: 5 of 5 pings to ${node.ip} returned`,
    },
  ];
}

/** A service gets worse while `node` is gone; the reporter is the node of the service that noticed. */
export function serviceDegraded(service: Service, node: Node, span: Span, random: Random): Beat[] {
  const reporter = service.nodes.find(other => other !== node && other.site === node.site) ?? node;
  const problem = problemOf(reporter, SERVICE, service.name, { service: service.name, extra: { cause: node.name } });
  const at = node.site.location;
  const middle = Math.round((span.fromMs + span.toMs) / 2);
  return [
    {
      afterMs: span.fromMs,
      problem,
      severity: 3,
      summary: `${service.name} at ${at} slow: response ${random.between(12, 40) / 10} s`,
    },
    {
      afterMs: middle,
      problem,
      severity: 5,
      summary: `${service.name} at ${at} degraded: ${random.between(8, 60)} % of checks fail`,
    },
    { afterMs: span.toMs, problem, severity: 0, summary: `${service.name} at ${at} restored` },
  ];
}

/** Whether routers at both ends exchange routes over it. */
export function isRouted(link: Link): boolean {
  return [link.a, link.b].every(({ node }) => node.role === 'core' || node.role === 'edge');
}

export function shifted(span: Span, byMs: number): Span {
  return { fromMs: span.fromMs + byMs, toMs: span.toMs + byMs };
}

function linkFlap(network: Network, random: Random): Incident {
  const link = random.pick(network.links);
  const beats: Beat[] = [];
  let fromMs = 0;
  for (let left = random.between(2, 6); left > 0; left--) {
    const toMs = fromMs + random.between(5, 60) * SECOND_MS;
    beats.push(...linkLost(link, { fromMs, toMs }, random));
    fromMs = toMs + random.between(10, 90) * SECOND_MS;
  }
  return beats;
}

function linkDown(network: Network, random: Random): Incident {
  const link = random.pick(network.links);
  const span = { fromMs: 0, toMs: random.between(3, 20) * MINUTE_MS };
  const beats = linkLost(link, span, random);
  if (isRouted(link)) beats.push(...neighbourLost(link.a.node, link.b.node, shifted(span, 4 * SECOND_MS)));
  return beats;
}

function neighbourFlap(network: Network, random: Random): Incident {
  const routed = network.links.filter(isRouted);
  const { a, b } = random.pick(routed);
  const span = { fromMs: 0, toMs: random.between(1, 12) * MINUTE_MS };
  return [...neighbourLost(a.node, b.node, span), ...neighbourLost(b.node, a.node, shifted(span, 1500))];
}

/** Core routers are left to the storms. */
function nodeUnreachable(network: Network, random: Random): Incident {
  const node = random.pick(network.nodes.filter(({ role }) => role !== 'core'));
  const span = { fromMs: 0, toMs: random.between(2, 15) * MINUTE_MS };
  const beats = unreachable(node, span);
  const service = network.services.find(({ name }) => name === node.service);
  if (service) {
    const felt = { fromMs: random.between(10, 40) * SECOND_MS, toMs: span.toMs + 20 * SECOND_MS };
    beats.push(...serviceDegraded(service, node, felt, random));
  }
  return beats;
}

function packetLoss(network: Network, random: Random): Incident {
  const node = random.pick(network.nodes);
  const from = random.pick(network.sites.filter(site => site !== node.site));
  const problem = problemOf(node, PACKET_LOSS, from.code, { extra: { from: from.code } });
  const toMs = random.between(3, 25) * MINUTE_MS;
  const loss = random.between(2, 9);
  return [
    { afterMs: 0, problem, severity: 2, summary: `Packet loss ${loss} % from ${from.code} to ${node.name}` },
    { afterMs: toMs / 2, problem, severity: 3, summary: `Packet loss ${loss * 3} % from ${from.code} to ${node.name}` },
    { afterMs: toMs, problem, severity: 0, summary: `Packet loss from ${from.code} to ${node.name} back to 0 %` },
  ];
}

export const CONNECTIVITY: readonly Behaviour[] = [
  { name: 'link flap', weight: 5, begin: linkFlap },
  { name: 'link down', weight: 6, begin: linkDown },
  { name: 'neighbour lost', weight: 4, begin: neighbourFlap },
  { name: 'node unreachable', weight: 4, begin: nodeUnreachable },
  { name: 'packet loss', weight: 10, begin: packetLoss },
];
