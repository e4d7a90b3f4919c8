import './support/grafana-in-node.ts';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DataFrame, DataFrameJSON } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import { type Open, PROTOCOL, type ServerMessage } from '../../backend/protocol/messages.ts';
import type { Request } from '../../backend/protocol/request.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import type { Page } from '../../src/live/page.ts';
import type { TransportListener } from '../../src/live/transport.ts';
import { Random } from '../support/random.ts';
import { SimClock } from '../support/sim-clock.ts';

// After the hook that lets Node load what they import.
const { dataFrameFromJSON, FieldType, MutableDataFrame } = await import('@grafana/data');
const { Hub } = await import('../../src/live/hub.ts');
const { liveQuery } = await import('../../src/query/live-query.ts');

/** What a browser does with data at each cut, up to the frames that panels get; what panels then draw is not in it. */
export interface PagePlan {
  /** Rows of each table; the first part of them is shown by each. */
  readonly tables: readonly number[];
  /** Totals, each one number. */
  readonly totals: number;
  /** Totals by group, of this many groups each. */
  readonly grouped: readonly number[];
  /** Part of each table's rows that changes between two cuts. */
  readonly changes: number;
  readonly historyMs?: number;
}

export const TABLE_PAGE: PagePlan = { tables: [10_000], totals: 0, grouped: [], changes: 0.01 };
export const TWENTY_PANELS: PagePlan = {
  tables: [10_000, 1000, 1000, 200, 200],
  totals: 10,
  grouped: [5, 12, 20, 20, 50],
  changes: 0.01,
};

const SITES = ['lon', 'par', 'nyc', 'fra', 'tyo', 'sgp'];
const START = Date.UTC(2026, 0, 1);

const FIELDS: readonly Field[] = [
  { name: 'serial', type: 'integer', key: true },
  { name: 'severity', type: 'integer', values: [0, 1, 2, 3, 4, 5].map(value => ({ value, name: `level ${value}` })) },
  { name: 'last_occurrence', type: 'integer', format: 'time-ms' },
  { name: 'site', type: 'text' },
  { name: 'node', type: 'text' },
  { name: 'service', type: 'text' },
  { name: 'summary', type: 'text' },
  { name: 'tally', type: 'integer' },
  { name: 'acknowledged', type: 'integer', format: 'boolean' },
  { name: 'owner', type: 'text' },
];
const COUNT: Field = { name: 'count', type: 'integer' };
const GROUP: Field = { name: 'service', type: 'text' };

type Row = readonly Value[];

function row(random: Random, serial: number, atMs: number): Row {
  const node = `node${random.int(5000)}.example.net`;
  return [
    serial,
    random.int(6),
    atMs - random.int(3_600_000),
    random.pick(SITES),
    node,
    `service-${random.int(31)}`,
    `Link Down ( GigabitEthernet0/0/${random.int(48)} ) on ${node}`,
    1 + random.int(40),
    random.int(2),
    random.chance(0.3) ? `operator${random.int(20)}` : null,
  ];
}

function columns(rows: readonly Row[]): Value[][] {
  return FIELDS.map((_, index) => rows.map(values => values[index]!));
}

function inOrder(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => Number(b[1]) - Number(a[1]) || Number(b[2]) - Number(a[2]));
}

/** One view of the page: what is asked, and what each cut brings, whole and as a difference. */
interface Panel {
  readonly request: Request;
  readonly fields: readonly Field[];
  /** Text of the snapshot or the metric that answers the open. */
  readonly first: (view: string) => string;
  readonly cut: (view: string, asOf: number) => string;
  /** Grafana's frame as a data source without a live view gets it, rows in order. */
  readonly whole: () => string;
}

function tablePanel(random: Random, size: number, index: number, changes: number): Panel {
  const rows = Array.from({ length: size }, (_, serial) => row(random, serial, START));
  const order = [
    { column: 'severity', desc: true },
    { column: 'last_occurrence', desc: true },
  ];
  return {
    request: { filter: `class = ${index}`, orderBy: order },
    fields: FIELDS,
    first: view => JSON.stringify({ type: 'snap', view, asOf: 1, fields: FIELDS, values: columns(rows) }),
    cut(view, asOf) {
      const changed = new Set(Array.from({ length: Math.ceil(changes * size) }, () => random.int(size)));
      for (const serial of changed) rows[serial] = row(random, serial, START + asOf * 1000);
      const upsert = columns([...changed].map(serial => rows[serial]!));
      return JSON.stringify({ type: 'delta', view, asOf, upsert });
    },
    whole: () => frameText(FIELDS, columns(inOrder(rows))),
  };
}

function metricPanel(random: Random, groups: number, index: number, historyMs: number | undefined): Panel {
  const fields = groups === 0 ? [COUNT] : [GROUP, COUNT];
  const labels = Array.from({ length: groups }, (_, group) => `service-${group}`);
  const draw = (): Value[][] => {
    const counts = Array.from({ length: Math.max(1, groups) }, () => random.int(500));
    return groups === 0 ? [counts] : [labels, counts];
  };
  let values = draw();
  const text = (view: string, asOf: number): string => JSON.stringify({ type: 'metric', view, asOf, fields, values });
  return {
    request: {
      filter: `type = ${index}`,
      metrics: [{ fn: 'count' }],
      ...(groups > 0 && { groupBy: ['service'] }),
      ...(historyMs !== undefined && { historyMs }),
    },
    fields,
    first: view => text(view, 1),
    cut(view, asOf) {
      values = draw();
      return text(view, asOf);
    },
    whole: () => frameText(fields, values),
  };
}

function frameText(fields: readonly Field[], values: readonly (readonly Value[])[]): string {
  const described = fields.map(field => ({ name: field.name, type: grafanaType(field) }));
  return JSON.stringify({ schema: { refId: 'A', fields: described }, data: { values } });
}

function grafanaType({ format, type }: Field) {
  if (format === 'time-ms') return FieldType.time;
  if (format === 'boolean') return FieldType.boolean;
  return type === 'text' ? FieldType.string : FieldType.number;
}

function panelsOf({ changes, grouped, historyMs, tables, totals }: PagePlan, seed: number): Panel[] {
  const random = new Random(seed);
  return [
    ...tables.map((size, index) => tablePanel(random, size, index, changes)),
    ...Array.from({ length: totals }, (_, index) => metricPanel(random, 0, index, historyMs)),
    ...grouped.map((groups, index) => metricPanel(random, groups, totals + index, historyMs)),
  ];
}

/** The plugin's own rooms, from the text of messages to the frames of every panel. */
export class LivePage {
  readonly #clock = new SimClock(START);
  readonly #panels: readonly Panel[];
  #frames: (() => void)[] = [];
  #listener: TransportListener | undefined;
  #opens: readonly Open[] = [];
  #asOf = 1;
  readonly #shown = new Map<number, DataFrame>();

  constructor(plan: PagePlan, seed: number) {
    this.#panels = panelsOf(plan, seed);
  }

  /** Returns what the notifier said. */
  async open(): Promise<string[]> {
    const page: Page = {
      now: () => this.#clock.now(),
      random: () => 0.5,
      after: (delayMs, run) => this.#clock.after(delayMs, run),
      frame: run => void this.#frames.push(run),
      isHidden: false,
      isOnline: true,
      onChange: () => () => {},
    };
    const connect = (listener: TransportListener) => {
      this.#listener = listener;
      return {
        talks: true,
        send: (messages: readonly unknown[]) => {
          this.#opens = [...this.#opens, ...(messages as Open[]).filter(({ type }) => type === 'open')];
        },
        close: () => {},
      };
    };
    const hub = new Hub({ page, transports: { websocket: connect, stream: connect, polling: connect } });
    for (const [index, { request }] of this.#panels.entries()) {
      const format = request.historyMs === undefined ? (request.metrics ? 'metric' : 'table') : 'series';
      const targets = [{ refId: 'A', request, format } as const];
      liveQuery(hub, { key: 'Q', targets, refused: [] }).subscribe(({ data }) => void this.#shown.set(index, data[0]));
    }
    await Promise.resolve();
    this.#listener?.opened();
    const welcome = { type: 'welcome', session: '1', epoch: 1, protocol: PROTOCOL, intervalMs: 1000 };
    const said = [JSON.stringify(welcome), ...this.#opens.flatMap((open, index) => this.#answer(open, index))];
    this.say([...said, this.#cut()]);
    this.paint();
    return said;
  }

  /** The texts of the next cut, made outside of what is measured. */
  nextCut(): string[] {
    this.#asOf++;
    return [...this.#panels.map((panel, index) => panel.cut(`v${index}`, this.#asOf)), this.#cut()];
  }

  /** The same state as whole answers. */
  wholeAnswers(): string[] {
    return this.#panels.map(panel => panel.whole());
  }

  /** What panels hold, in their order. */
  get shownFrames(): readonly DataFrame[] {
    return this.#panels.map((_, index) => this.#shown.get(index)!);
  }

  say(texts: readonly string[]): void {
    for (const text of texts) this.#listener?.message(JSON.parse(text));
  }

  paint(): void {
    const frames = this.#frames;
    this.#frames = [];
    for (const run of frames) run();
  }

  pass(ms: number): void {
    this.#clock.pass(ms);
  }

  #answer({ id }: Open, index: number): string[] {
    const { fields, first } = this.#panels[index]!;
    const view = `v${index}`;
    return [JSON.stringify({ type: 'opened', id, view, role: 'primary', viewers: 1, fields }), first(view)];
  }

  #cut(): string {
    return JSON.stringify({ type: 'cut', asOf: this.#asOf, epoch: 1, intervalMs: 1000, throttled: false });
  }
}

type NamedRow = Readonly<Record<string, Value>>;

/** The same messages, applied to a map of rows; frames are made anew row by row, as Grafana's tutorial for streams does. */
class RebuiltPage {
  readonly #views = new Map<string, { readonly fields: readonly Field[]; readonly rows: Map<Value, NamedRow> }>();
  readonly frames = new Map<string, DataFrame>();

  say(texts: readonly string[]): void {
    for (const text of texts) this.#take(JSON.parse(text) as ServerMessage);
  }

  #take(message: ServerMessage): void {
    if (message.type === 'snap') {
      const { fields, values, view } = message;
      const rows = namedRows(fields, values).map((row): [Value, NamedRow] => [row.serial!, row]);
      this.#views.set(view, { fields, rows: new Map(rows) });
      this.#rebuild(view);
    } else if (message.type === 'delta') {
      const { fields, rows } = this.#views.get(message.view)!;
      for (const row of namedRows(fields, message.upsert ?? [])) rows.set(row.serial!, row);
      this.#rebuild(message.view);
    } else if (message.type === 'metric') {
      const { fields, values, view } = message;
      this.frames.set(view, frameOf(fields, namedRows(fields, values)));
    }
  }

  #rebuild(view: string): void {
    const { fields, rows } = this.#views.get(view)!;
    this.frames.set(view, frameOf(fields, [...rows.values()].sort(byGravity)));
  }
}

function namedRows(fields: readonly Field[], values: readonly (readonly Value[])[]): NamedRow[] {
  return (values[0] ?? []).map((_, row) =>
    Object.fromEntries(fields.map(({ name }, index) => [name, values[index]![row]!])),
  );
}

function byGravity(a: NamedRow, b: NamedRow): number {
  return (
    Number(b.severity) - Number(a.severity) ||
    Number(b.last_occurrence) - Number(a.last_occurrence) ||
    Number(a.serial) - Number(b.serial)
  );
}

function frameOf(fields: readonly Field[], rows: readonly NamedRow[]): DataFrame {
  const frame = new MutableDataFrame({ fields: fields.map(field => ({ name: field.name, type: grafanaType(field) })) });
  for (const row of rows) frame.add(row);
  return frame;
}

/** live: the plugin. rebuilt: all frames anew at each cut, from rows that are kept. whole: every panel's answer anew from its text. */
export type Way = 'live' | 'rebuilt' | 'whole';

export interface WayFigures {
  readonly cpuMs: number;
  readonly bytes: number;
}

const WARM_UP = 60;

/** One way through a history of cuts, per cut; what it is fed is made before, and its last frames are checked. */
export async function measureCuts(
  plan: PagePlan,
  { cuts, seed, way }: { cuts: number; seed: number; way: Way },
): Promise<WayFigures> {
  const page = new LivePage(plan, seed);
  const opened = await page.open();
  const take = await taker(way, plan, { opened, seed });
  let bytes = 0;
  let frames: readonly DataFrame[] = [];
  const feed = (count: number): (readonly string[])[] =>
    Array.from({ length: count }, () => {
      const texts = page.nextCut();
      return way === 'whole' ? page.wholeAnswers() : texts;
    });
  for (const texts of feed(WARM_UP)) take(texts);
  const fed = feed(cuts);
  collect();
  const cpuMs = cpuMsOf(() => {
    for (const texts of fed) frames = take(texts);
  });
  for (const texts of fed) bytes += lengthOf(texts);
  assertSame(frames, wholeFrames(page.wholeAnswers()));
  return { cpuMs: cpuMs / cuts, bytes: bytes / cuts };
}

/** From the texts of one cut to the frames of all panels. */
async function taker(
  way: Way,
  plan: PagePlan,
  { opened, seed }: { opened: readonly string[]; seed: number },
): Promise<(texts: readonly string[]) => readonly DataFrame[]> {
  if (way === 'whole') return wholeFrames;
  if (way === 'rebuilt') {
    const rebuilt = new RebuiltPage();
    rebuilt.say(opened);
    return texts => {
      rebuilt.say(texts);
      return [...rebuilt.frames.values()];
    };
  }
  const live = new LivePage(plan, seed);
  await live.open();
  return texts => {
    live.say(texts);
    live.paint();
    return live.shownFrames;
  };
}

function wholeFrames(answers: readonly string[]): DataFrame[] {
  return answers.map(text => dataFrameFromJSON(JSON.parse(text) as DataFrameJSON));
}

/** Heap after a first simulated hour of cuts, one a second, and how much it grew in a second hour. */
export async function measureHeap(plan: PagePlan, seed: number): Promise<{ heapMB: number; growthMB: number }> {
  const page = new LivePage(plan, seed);
  await page.open();
  const hour = (): number => {
    for (let second = 0; second < 3600; second++) {
      page.say(page.nextCut());
      page.paint();
      page.pass(1000);
    }
    return heapMB();
  };
  const first = hour();
  return { heapMB: first, growthMB: hour() - first };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMB(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

/** Of the processor, collection of garbage included: another process on the machine does not count. */
function cpuMsOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { system, user } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** A faster way to other rows would be no way at all. */
function assertSame(frames: readonly DataFrame[], expected: readonly DataFrame[]): void {
  for (const [panel, frame] of expected.entries()) {
    for (const [at, { name, values }] of frame.fields.entries()) {
      const shown = frames[panel]?.fields[at]?.values.map(value =>
        typeof value === 'boolean' ? Number(value) : value,
      );
      if (JSON.stringify(shown) !== JSON.stringify(values))
        throw new Error(`panel ${panel}: ${name} differs from the whole answer`);
    }
  }
}
