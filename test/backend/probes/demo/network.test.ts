import { describe, expect, it } from 'vitest';
import { buildNetwork, DEFAULT_SIZE, type Network, type Node } from '../../../../backend/probes/demo/network.ts';

const SIZES = [DEFAULT_SIZE, { sites: 2, nodes: 20, services: 5 }, { sites: 24, nodes: 5000, services: 28 }];

function reachableFrom(start: Node, network: Network): Set<Node> {
  const seen = new Set([start]);
  for (const node of seen)
    for (const { a, b } of network.linksOf.get(node)!) {
      seen.add(a.node);
      seen.add(b.node);
    }
  return seen;
}

describe.each(SIZES)('a network of $sites sites and $nodes nodes', size => {
  const network = buildNetwork(size);

  it('has exactly the nodes and sites that were asked for, each with a name and address of its own', () => {
    expect(network.nodes).toHaveLength(size.nodes);
    expect(new Set(network.nodes.map(node => node.name)).size).toBe(size.nodes);
    expect(new Set(network.nodes.map(node => node.site)).size).toBe(size.sites);
    expect(new Set(network.nodes.map(node => node.ip)).size).toBe(size.nodes);
  });

  it('connects every node with every other', () => {
    expect(reachableFrom(network.nodes[0]!, network).size).toBe(size.nodes);
  });

  it('uses each port for one link', () => {
    const ports = network.links.flatMap(({ a, b }) => [a, b]).map(port => `${port.node.name} ${port.name}`);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('hangs every node but the core routers on a core router of its own site', () => {
    for (const node of network.nodes) {
      expect(node.uplink?.role).toBe(node.role === 'core' ? undefined : 'core');
      if (node.uplink) expect(node.uplink.site).toBe(node.site);
    }
  });

  it('gives each node to one service, and each service nodes', () => {
    const members = network.services.flatMap(service => service.nodes);
    expect(members).toHaveLength(size.nodes);
    expect(new Set(members).size).toBe(size.nodes);
    for (const service of network.services) expect(service.nodes.length).toBeGreaterThan(0);
  });
});

it('offers 20 services at 12 sites by default, with names that dashboards can rely on', () => {
  const { nodes, services, sites } = buildNetwork();
  expect([nodes.length, services.length, sites.length]).toEqual([300, 20, 12]);
  expect(nodes.map(({ name }) => name)).toEqual(expect.arrayContaining(['lon-core-1', 'nyc-edge-2', 'sgp-db-1']));
  expect(services.map(({ name }) => name)).toEqual(expect.arrayContaining(['Internet Banking', 'Payments', 'DNS']));
});

it('refuses a size that it has no names for', () => {
  expect(() => buildNetwork({ ...DEFAULT_SIZE, sites: 25 })).toThrow('2 to 24 sites');
  expect(() => buildNetwork({ ...DEFAULT_SIZE, services: 29 })).toThrow('at most 24 applications');
  expect(() => buildNetwork({ ...DEFAULT_SIZE, nodes: 50 })).toThrow('10 nodes a site');
});
