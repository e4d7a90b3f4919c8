/**
 * In the page: the gauges, the event list and the list of nodes of "NOC overview" tell of the same rows. Whatever a
 * painted frame shows in one panel is recounted from the event list in that frame.
 */
interface Panels {
  readonly severities: Readonly<Record<string, number>>;
  readonly unacknowledged: number;
  readonly nodes: number;
  readonly events: number;
  readonly worstNodes: number;
}

declare global {
  interface Window {
    /** How many different states were painted. */
    states: number;
    watchAgreement(panels: Panels): void;
  }
}

interface Event {
  readonly severity: string;
  readonly node: string;
  readonly isAcknowledged: boolean;
}

const GRAVE: ReadonlySet<string> = new Set(['critical', 'major']);

function expectations(panels: Panels): string[] {
  const [severity, node, acknowledged] = [0, 3, 7];
  const events: Event[] = window.panelRows(panels.events).map(row => ({
    severity: row[severity]!,
    node: row[node]!,
    isAcknowledged: row[acknowledged]!.trim() !== '',
  }));
  const grave = events.filter(event => GRAVE.has(event.severity));
  const problems = events.filter(event => event.severity !== 'warning');
  return [
    ...Object.entries(panels.severities).map(([name, id]) => {
      return told(name, id, events.filter(event => event.severity === name).length);
    }),
    told('unacknowledged', panels.unacknowledged, grave.filter(event => !event.isAcknowledged).length),
    told('nodes', panels.nodes, new Set(grave.map(event => event.node)).size),
    ...toldOfNodes(panels.worstNodes, problems),
  ].filter(text => text !== '');
}

function told(what: string, id: number, counted: number): string {
  const shown = window.watch.value(id);
  return shown === String(counted) ? '' : `the gauge of ${what} says ${shown}, the event list has ${counted}`;
}

function toldOfNodes(table: number, problems: readonly Event[]): string[] {
  const shown = new Map(window.panelRows(table).map(row => [row[0]!, Number(row[3])]));
  const counted = new Map<string, number>();
  for (const { node } of problems) counted.set(node, (counted.get(node) ?? 0) + 1);
  const names = new Set([...shown.keys(), ...counted.keys()]);
  return [...names]
    .filter(name => shown.get(name) !== counted.get(name))
    .map(name => `${name} has ${shown.get(name)} in the list of nodes, ${counted.get(name)} in the event list`);
}

window.states = 0;
window.watchAgreement = panels => {
  let before = '';
  window.watch.look(() => {
    const now = [...Object.values(panels.severities), panels.unacknowledged].map(id => window.watch.value(id)).join();
    if (now !== before) window.states++;
    before = now;
    for (const text of expectations(panels)) window.watch.fault(text);
  });
};

export {};
