/** One core router dies: all that hangs on it is lost within seconds, and comes back after it. */
import type { Random } from '../../lib/random.ts';
import { endLost, isRouted, neighbourLost, type Span, serviceDegraded, unreachable } from './connectivity.ts';
import { type AlertKind, type Beat, type Incident, problemOf, SECOND_MS } from './incident.ts';
import type { Link, Network, Node, Port } from './network.ts';

const AGENT: AlertKind = { group: 'SNMP Agent', class: 1010, agent: 'snmp-poll' };
const PATH: AlertKind = { group: 'Path', class: 1310, agent: 'path-check' };

/** From the first loss to the last; a person who pressed the button should see it at once. */
const LOSS_MS = 8 * SECOND_MS;
const RECOVERY_MS = 20 * SECOND_MS;
/** A silent node is reported this often, once a second. */
const PINGS = 9;

export function stormOf(core: Node, network: Network, random: Random): Incident {
  const outageMs = random.between(45, 90) * SECOND_MS;
  const span = (): Span => ({
    fromMs: random.between(200, LOSS_MS),
    toMs: outageMs + random.between(SECOND_MS, RECOVERY_MS),
  });
  const lost = network.nodes.filter(node => node.uplink === core);
  const harmed = network.services.filter(service => service.nodes.some(node => lost.includes(node)));
  return [
    ...unreachable(core, { fromMs: 0, toMs: outageMs }),
    ...network.linksOf.get(core)!.flatMap(link => portLost(link, core, span())),
    ...lost.flatMap(node => repeated(unreachable(node, span()), PINGS)),
    ...lost.flatMap(node => repeated(agentSilent(node, span()), PINGS / 3)),
    ...network.sites
      .filter(site => site !== core.site)
      .flatMap(site => repeated(pathLost(core, site.code, span()), PINGS / 3)),
    ...harmed.flatMap(service => serviceDegraded(service, core, span(), random)),
  ];
}

/** A dead router reports nothing: only the other end of a link does. */
function portLost(link: Link, core: Node, span: Span): Beat[] {
  const [own, other]: [Port, Port] = link.a.node === core ? [link.a, link.b] : [link.b, link.a];
  const beats = endLost(other, own, span);
  return isRouted(link) ? [...beats, ...neighbourLost(other.node, core, span)] : beats;
}

function agentSilent(node: Node, span: Span): Beat[] {
  const problem = problemOf(node, AGENT, 'snmp');
  return [
    { afterMs: span.fromMs, problem, severity: 3, summary: `SNMP agent of ${node.name} does not answer (3 attempts)` },
    { afterMs: span.toMs, problem, severity: 0, summary: `SNMP agent of ${node.name} answers` },
  ];
}

function pathLost(core: Node, from: string, span: Span): Beat[] {
  const problem = problemOf(core, PATH, from, { extra: { from } });
  return [
    { afterMs: span.fromMs, problem, severity: 4, summary: `Path from ${from} to ${core.name} lost` },
    { afterMs: span.toMs, problem, severity: 0, summary: `Path from ${from} to ${core.name} restored` },
  ];
}

/** The first report again each second, `times` in all. */
function repeated(beats: readonly Beat[], times: number): Beat[] {
  const first = beats[0]!;
  const again = Array.from({ length: times - 1 }, (_, i) => ({
    ...first,
    afterMs: first.afterMs + (i + 1) * SECOND_MS,
  }));
  return [first, ...again, ...beats.slice(1)];
}
