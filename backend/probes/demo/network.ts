import { assert } from '../../lib/assert.ts';
import { APPLICATIONS, PLACES, type Place } from './places.ts';

export type Role = 'core' | 'edge' | 'switch' | 'firewall' | 'balancer' | 'server' | 'database';

export interface Node {
  readonly name: string;
  readonly alias: string;
  readonly ip: string;
  readonly role: Role;
  readonly site: Place;
  /** The service that suffers first when this node does. */
  readonly service: string;
  /** The core router through which the rest of the company reaches it; none for a core router. */
  readonly uplink?: Node;
}

export interface Port {
  readonly node: Node;
  readonly name: string;
}

export interface Link {
  readonly a: Port;
  readonly b: Port;
}

export interface Service {
  readonly name: string;
  readonly nodes: readonly Node[];
}

export interface NetworkSize {
  readonly sites: number;
  readonly nodes: number;
  /** The four of the network itself included. */
  readonly services: number;
}

/** What stands where and what depends on it. It never changes: only its state does. */
export interface Network {
  readonly sites: readonly Place[];
  readonly nodes: readonly Node[];
  readonly links: readonly Link[];
  readonly services: readonly Service[];
  readonly linksOf: ReadonlyMap<Node, readonly Link[]>;
}

export const DEFAULT_SIZE: NetworkSize = { sites: 12, nodes: 300, services: 20 };

/** What the network itself offers; nodes of the other roles each belong to an application. */
const NETWORK_SERVICES: Readonly<Partial<Record<Role, string>>> = {
  core: 'Wide Area Network',
  edge: 'Internet Access',
  switch: 'Campus Network',
  firewall: 'Network Security',
};

const CORES_PER_SITE = 2;

/** Of the nodes that are not core routers. */
const ROLES: readonly { readonly role: Role; readonly short: string; readonly share: number }[] = [
  { role: 'edge', short: 'edge', share: 0.16 },
  { role: 'switch', short: 'sw', share: 0.24 },
  { role: 'firewall', short: 'fw', share: 0.08 },
  { role: 'balancer', short: 'lb', share: 0.08 },
  { role: 'database', short: 'db', share: 0.14 },
  { role: 'server', short: 'app', share: 0.3 },
];

const PORT_NAMES: Readonly<Record<Role, (index: number) => string>> = {
  core: index => `HundredGigE0/${index >> 3}/0/${index % 8}`,
  edge: index => (index < 2 ? `TenGigE0/0/${index}` : `FastEthernet0/${index}`),
  switch: index => `Ethernet1/${index + 1}`,
  firewall: index => `ethernet${index + 1}`,
  balancer: index => `1.${index + 1}`,
  server: index => `eth${index}`,
  database: index => `bond${index}`,
};

/** The same size is the same network, whatever the seed: dashboards may name its nodes. */
export function buildNetwork(size: NetworkSize = DEFAULT_SIZE): Network {
  assert(size.sites >= 2 && size.sites <= PLACES.length, `a demo network has 2 to ${PLACES.length} sites`);
  assert(size.nodes >= size.sites * 10, 'a demo network has at least 10 nodes a site');
  const ofTheNetwork = Object.values(NETWORK_SERVICES);
  const applications = APPLICATIONS.slice(0, size.services - ofTheNetwork.length);
  assert(applications.length === size.services - ofTheNetwork.length, `at most ${APPLICATIONS.length} applications`);
  assert(applications.length > 0, `a demo network has more than ${ofTheNetwork.length} services`);

  const sites = PLACES.slice(0, size.sites);
  const counts = shareOut(
    size.nodes,
    sites.map(site => site.weight),
  );
  let dealt = 0;
  const deal = () => applications[dealt++ % applications.length]!;
  const nodes = sites.flatMap((site, index) => buildSite({ site, index, count: counts[index]!, deal }));
  const links = buildLinks(nodes, sites);
  const services = [...ofTheNetwork, ...applications]
    .map(name => ({ name, nodes: nodes.filter(node => node.service === name) }))
    .filter(service => service.nodes.length > 0);
  return { sites, nodes, links, services, linksOf: indexLinks(nodes, links) };
}

interface SitePlan {
  readonly site: Place;
  readonly index: number;
  readonly count: number;
  /** Gives the applications to the nodes in turn. */
  readonly deal: () => string;
}

function buildSite(plan: SitePlan): Node[] {
  const { site } = plan;
  const make = (role: Role, short: string, number: number): Omit<Node, 'uplink'> => ({
    name: `${site.code}-${short}-${number}`,
    alias: `${site.code}-${short}-${number}.example.net`,
    ip: `10.${plan.index + 1}.${roleNumber(role)}.${number}`,
    role,
    site,
    service: NETWORK_SERVICES[role] ?? plan.deal(),
  });
  const cores: Node[] = Array.from({ length: CORES_PER_SITE }, (_, i) => make('core', 'core', i + 1));
  const counts = shareOut(
    plan.count - cores.length,
    ROLES.map(({ share }) => share),
  );
  const others = ROLES.flatMap(({ role, short }, r) =>
    Array.from({ length: counts[r]! }, (_, i) => ({ ...make(role, short, i + 1), uplink: cores[i % cores.length]! })),
  );
  return [...cores, ...others];
}

function roleNumber(role: Role): number {
  return role === 'core' ? 0 : 1 + ROLES.findIndex(known => known.role === role);
}

/** Inside a site everything hangs on its core routers; sites form a ring with a chord across it. */
function buildLinks(nodes: readonly Node[], sites: readonly Place[]): Link[] {
  const used = new Map<Node, number>();
  const port = (node: Node): Port => {
    const index = used.get(node) ?? 0;
    used.set(node, index + 1);
    return { node, name: PORT_NAMES[node.role](index) };
  };
  const connect = (a: Node, b: Node): Link => ({ a: port(a), b: port(b) });

  const coresOf = (site: Place) => nodes.filter(node => node.role === 'core' && node.site === site);
  const cores = sites.map(coresOf);
  const links: Link[] = [];
  cores.forEach(([first, second], index) => {
    links.push(connect(first!, second!));
    links.push(connect(first!, cores[(index + 1) % cores.length]![0]!));
    const across = (index + (cores.length >> 1)) % cores.length;
    if (index < across) links.push(connect(second!, cores[across]![1]!));
  });
  for (const site of sites)
    links.push(
      ...buildSiteLinks(
        nodes.filter(node => node.site === site),
        connect,
      ),
    );
  return links;
}

/** Network nodes hang on their core router; machines on the site's switches in turn, and on their core without one. */
function buildSiteLinks(nodes: readonly Node[], connect: (a: Node, b: Node) => Link): Link[] {
  const switches = nodes.filter(node => node.role === 'switch');
  let next = 0;
  return nodes.flatMap(node => {
    if (!node.uplink) return [];
    if (NETWORK_SERVICES[node.role] || switches.length === 0) return [connect(node.uplink, node)];
    return [connect(switches[next++ % switches.length]!, node)];
  });
}

function indexLinks(nodes: readonly Node[], links: readonly Link[]): Map<Node, Link[]> {
  const index = new Map<Node, Link[]>(nodes.map(node => [node, []]));
  for (const link of links) {
    index.get(link.a.node)!.push(link);
    index.get(link.b.node)!.push(link);
  }
  return index;
}

/** Whole numbers in proportion to the weights, whose sum is exactly `total`. */
function shareOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  let weight = 0;
  let given = 0;
  return weights.map(own => {
    weight += own;
    const upTo = Math.round((total * weight) / sum);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}
