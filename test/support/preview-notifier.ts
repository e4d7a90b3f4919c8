/**
 * Answers `/api/query` from the demo probe's events and serves dist/, to look at the preview without a notifier:
 * `node test/support/preview-notifier.ts [port]`. It evaluates each request by SQL, once, without sharing.
 */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { type FastifyInstance, fastify } from 'fastify';
import { eventsTable, SEVERITIES } from '../../backend/object-server/events-table.ts';
import { DemoNetwork } from '../../backend/probes/demo/demo-network.ts';
import type { EventInput } from '../../backend/probes/demo/event-input.ts';
import type { MetricRequest, Request } from '../../backend/protocol/request.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
};
const HISTORY_STEPS = 120;

export class PreviewNotifier {
  readonly #server: FastifyInstance = fastify();
  readonly #events = new DatabaseSync(':memory:');
  readonly #network = new DemoNetwork({ seed: 7, rate: 20 });
  #answered = 0;
  #timer: NodeJS.Timeout | undefined;

  static async start(port = 0): Promise<{ origin: string; stop(): Promise<void> }> {
    const notifier = new PreviewNotifier();
    const origin = await notifier.#listen(port);
    return { origin, stop: () => notifier.#stop() };
  }

  async #listen(port: number): Promise<string> {
    const { columns } = eventsTable();
    this.#events.exec(`CREATE TABLE events (${columns.map(c => `${c.name} ${c.type}`).join(', ')})`);
    this.#events.exec('CREATE UNIQUE INDEX by_identifier ON events (identifier)');
    for (const event of this.#network.populate(Date.now())) this.#write(event);
    this.#timer = setInterval(
      () => this.#network.step(Date.now(), 1000).forEach(event => void this.#write(event)),
      1000,
    );
    this.#server.post('/api/query', async request => ({ frames: [this.#frame(request.body as Request)], asOf: 1 }));
    this.#server.get('/metrics', async (_request, reply) => reply.type('text/plain').send(this.#metrics()));
    this.#server.get('/api/schema', async () => ({ tables: [eventsTable()] }));
    this.#server.get('/preview/*', async (request, reply) => {
      const path = (request.params as { '*': string })['*'] || 'index.html';
      const [base, rest] = path.startsWith('plugin/') ? ['dist', path.slice(7)] : ['dist/preview', path];
      const file = join(resolve(import.meta.dirname, '../..', base), normalize(`/${rest}`));
      const body = await readFile(file).catch(() => undefined);
      if (body === undefined) return reply.code(404).send();
      return reply.type(CONTENT_TYPES[extname(file)] ?? 'application/octet-stream').send(body);
    });
    return this.#server.listen({ port, host: '127.0.0.1' });
  }

  /** What the notifier would count if every query were a view that a hundred viewers share. */
  #metrics(): string {
    const viewers = 100;
    const values = {
      panelcast_viewers: viewers,
      panelcast_registrations: viewers * 12,
      panelcast_views: 12,
      'panelcast_evaluations_total{source="events"}': this.#answered,
      'panelcast_evaluations_avoided_total{source="events"}': this.#answered * (viewers - 1),
      panelcast_encodings_total: this.#answered,
      panelcast_deliveries_total: this.#answered * viewers,
      panelcast_bytes_sent_total: this.#answered * viewers * 2000,
    };
    return Object.entries(values)
      .map(([name, value]) => `${name} ${value}\n`)
      .join('');
  }

  #write(event: EventInput): void {
    const row = {
      ...event,
      extra: JSON.stringify(event.extra),
      first_occurrence: event.last_occurrence,
      state_change: event.last_occurrence,
      tally: 1,
      acknowledged: event.identifier.length % 5 === 0 ? 1 : 0,
      suppressed: 0,
    } as Record<string, SQLInputValue>;
    const names = Object.keys(row);
    this.#events
      .prepare(
        `INSERT INTO events (serial, ${names.join(', ')}) VALUES ((SELECT coalesce(max(serial), 0) + 1 FROM events), ${names.map(name => `:${name}`).join(', ')})
         ON CONFLICT DO UPDATE SET tally = tally + 1, severity = excluded.severity, type = excluded.type,
           last_occurrence = excluded.last_occurrence, summary = excluded.summary`,
      )
      .run(row);
  }

  #frame(request: Request) {
    this.#answered++;
    const rows = this.#events.prepare(selectOf(request)).all();
    const past = request.historyMs === undefined ? rows : withHistory(rows, request.historyMs);
    const names = past[0] ? Object.keys(past[0]) : [];
    return {
      schema: { fields: names.map(name => fieldOf(name, past)) },
      data: { values: names.map(name => past.map(row => row[name])) },
    };
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#server.close();
  }
}

function selectOf(request: Request): string {
  const groups = request.groupBy ?? [];
  const chosen = request.metrics ? [...groups, ...request.metrics.map(metricSql)] : (request.columns ?? ['*']);
  const order = (request.orderBy ?? []).map(term => `${term.column} ${term.desc ? 'DESC' : 'ASC'}`);
  return [
    `SELECT ${chosen.join(', ')} FROM events`,
    request.filter ? `WHERE ${request.filter}` : '',
    groups.length > 0 ? `GROUP BY ${groups.join(', ')}` : '',
    order.length > 0 ? `ORDER BY ${order.join(', ')}` : '',
    request.limit === undefined ? '' : `LIMIT ${request.limit}`,
  ].join(' ');
}

function metricSql({ fn, column, as }: MetricRequest): string {
  const call = fn === 'distinct' ? `count(DISTINCT ${column})` : `${fn}(${column ?? '*'})`;
  return `${call} AS "${as ?? fn}"`;
}

/** An invented past that leads to the values of now. */
function withHistory(rows: readonly Record<string, unknown>[], historyMs: number): Record<string, unknown>[] {
  const now = Date.now();
  return Array.from({ length: HISTORY_STEPS + 1 }, (_, step) => {
    const time = now - (1 - step / HISTORY_STEPS) * historyMs;
    const swing = 1 + 0.3 * Math.sin(step / 9) * (1 - step / HISTORY_STEPS);
    return rows.map((row, line) => {
      const moved = Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' && name !== 'severity' ? Math.round(value * (swing + 0.02 * line)) : value,
      ]);
      return { time, ...Object.fromEntries(moved) };
    });
  }).flat();
}

function fieldOf(name: string, rows: readonly Record<string, unknown>[]) {
  const column = eventsTable().columns.find(known => known.name === name);
  if (name === 'time' || column?.format === 'time-ms') return { name, type: 'time' };
  if (name === 'severity' || name === 'worst')
    return { name, type: 'number', config: { custom: { values: SEVERITIES } } };
  return { name, type: typeof rows[0]?.[name] === 'number' ? 'number' : 'string' };
}

if (import.meta.main) {
  const { origin } = await PreviewNotifier.start(Number(process.argv[2] ?? 0));
  process.stdout.write(`${origin}/preview/\n`);
}
