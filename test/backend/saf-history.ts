import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { TailLine } from '../../backend/cli/tail-line.ts';
import type { Change } from '../../backend/object-server/change.ts';
import { ChangeLogReader } from '../../backend/object-server/change-log-reader.ts';
import { databaseOf } from '../../backend/object-server/data-directory.ts';
import { openForReading } from '../../backend/object-server/database.ts';
import { eventsTable } from '../../backend/object-server/events-table.ts';
import type { RowChange } from '../../backend/protocol/messages.ts';
import type { Row } from '../../backend/protocol/schema.ts';
import { NotifierProcess } from '../support/notifier-process.ts';
import { Random } from '../support/random.ts';
import { applyChange, type MirrorRows, type MirrorState, readMirror } from '../support/saf-mirror-file.ts';
import { tempDir } from '../support/temp-dir.ts';

const TABLE = eventsTable();
const at = (name: string) => TABLE.columns.findIndex(column => column.name === name);
const [SERIAL, SEVERITY, TALLY] = [at('serial'), at('severity'), at('tally')];
export const FILTER = 'severity >= 3';

/** A line of the tail without its epoch, or the change of the log that it must be. */
export interface Told {
  readonly seq: number;
  readonly op: string;
  readonly key: unknown;
  readonly row: unknown;
}

const MIRROR = join(import.meta.dirname, '../support/saf-mirror.ts');
const COLUMNS = ['tally', 'severity'];
const PATIENCE_MS = 60_000;
const POLL_MS = 10;

type Victim = 'notifier' | 'tail' | 'mirror';

/**
 * A notifier, a tail and a mirror as processes of their own, which are killed and started again over the same files. The
 * tail lives through all of it; a mirror, which wants the rows that are there too, begins anew in each round.
 */
export class SafHistory {
  readonly #dataDir: string;
  readonly #random: Random;
  readonly #port: number;
  readonly #serveArgs: readonly string[];
  #notifier: NotifierProcess | undefined;
  #tail: NotifierProcess | undefined;
  #mirror: NotifierProcess | undefined;
  #mirrors = 0;
  #sent = 0;
  /** Bytes of the file that were read. */
  #read = 0;

  private constructor(of: { dataDir: string; random: Random; port: number; serveArgs: readonly string[] }) {
    this.#dataDir = of.dataDir;
    this.#random = of.random;
    this.#port = of.port;
    this.#serveArgs = of.serveArgs;
  }

  /** With an empty store and a tail that is there before the first event. */
  static async begin(dataDir: string, random: Random, serveArgs: readonly string[] = []): Promise<SafHistory> {
    const history = new SafHistory({ dataDir, random, port: await freePort(), serveArgs });
    await history.startNotifier();
    history.startTail();
    await until('the tail is there', async () => {
      const status = await (await fetch(`${history.#origin}/api/status`)).text();
      return status.includes('"mode":"saf"');
    });
    return history;
  }

  get #origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get file(): string {
    return join(this.#dataDir, 'tail.ndjson');
  }

  async startNotifier(): Promise<void> {
    const args = ['--port', `${this.#port}`, '--log-level', 'error', '--interval-ms', '50', ...this.#serveArgs];
    this.#notifier = await NotifierProcess.serve(this.#dataDir, args);
  }

  startTail(): void {
    const args = ['tail', '--url', this.#origin, '--mode', 'saf', '--client', 'noc', '--output', this.file];
    this.#tail = NotifierProcess.start([...args, '--columns', COLUMNS.join(','), FILTER]);
  }

  /** The present one goes on where its file ends. */
  startMirror(): void {
    const request = JSON.stringify({ mode: 'saf', filter: FILTER, columns: COLUMNS });
    this.#mirror = NotifierProcess.startScript(MIRROR, [this.#origin, this.#mirrorName, this.#mirrorFile, request]);
  }

  get #mirrorName(): string {
    return `mirror-${this.#mirrors}`;
  }

  get #mirrorFile(): string {
    return join(this.#dataDir, `${this.#mirrorName}.ndjson`);
  }

  async killNotifier(): Promise<void> {
    await kill(this.#notifier);
    this.#notifier = undefined;
  }

  async killTail(): Promise<void> {
    await kill(this.#tail);
    this.#tail = undefined;
  }

  async killMirror(): Promise<void> {
    await kill(this.#mirror);
    this.#mirror = undefined;
  }

  #kill(victim: Victim): Promise<void> {
    return victim === 'tail' ? this.killTail() : victim === 'mirror' ? this.killMirror() : this.killNotifier();
  }

  /** New, repeated, cleared and deleted events; what a killed notifier did not answer may or may not be stored. */
  async write(events: number): Promise<void> {
    const batch = Array.from({ length: events }, () => ({
      identifier: `e${this.#random.chance(0.3) ? this.#sent++ : this.#random.int(this.#sent + 1)}`,
      severity: this.#random.int(6),
    }));
    await this.#post('/api/events', batch);
    if (this.#random.chance(0.3)) await this.#post('/api/sql', { sql: 'DELETE FROM events WHERE serial % 7 = 3' });
  }

  /** Writes while they are killed and started again, as the seed says; a new mirror has barely begun then. */
  async round(): Promise<void> {
    const random = this.#random;
    let writing = true;
    const writer = (async () => {
      while (writing) {
        await this.write(random.chance(0.05) ? 3000 : 1 + random.int(20));
        await sleep(random.int(40));
      }
    })();
    await sleep(random.int(400));
    this.#mirrors++;
    for (let life = 1 + random.int(3); life > 0; life--) {
      this.startMirror();
      await until('the mirror has a stream', async () => this.mirrorStart() !== undefined);
      await sleep(random.int(80));
      for (const victim of random.pick<readonly Victim[]>([
        ['mirror'],
        ['mirror', 'tail'],
        ['notifier', 'mirror'],
        ['mirror', 'notifier', 'tail'],
      ])) {
        await this.#kill(victim);
        await sleep(random.int(100));
      }
      if (random.chance(0.5)) await sleep(random.int(400));
      if (this.#notifier === undefined) await this.startNotifier();
      if (this.#tail === undefined) this.startTail();
    }
    this.startMirror();
    writing = false;
    await writer;
  }

  /** Of the last whole line. */
  get #position(): number {
    const text = existsSync(this.file) ? readFileSync(this.file, 'latin1') : '';
    const end = text.lastIndexOf('\n');
    if (end < 0) return 0;
    const { seq, to } = JSON.parse(text.slice(text.lastIndexOf('\n', end - 1) + 1, end)) as TailLine;
    return seq ?? to ?? 0;
  }

  /** Waits until the tail has written up to the last change there is for it. */
  async settle(): Promise<void> {
    const last = this.truth().at(-1)?.seq ?? 0;
    await until(`line ${last}`, async () => this.#position >= last);
    if (this.#mirror === undefined) return;
    const mirrored = () => this.mirrored();
    await until(`mirror at ${last}`, async () => mirrored().starts.length > 0 && mirrored().position >= last);
  }

  /** What the present mirror has. */
  mirrored(): MirrorState {
    return readMirror(this.#mirrorFile);
  }

  /** Where the present mirror's stream began. */
  mirrorStart(): number | undefined {
    const db = new DatabaseSync(join(this.#dataDir, 'spool.db'), { readOnly: true });
    try {
      const stream = db.prepare('SELECT start FROM stream WHERE client = ?').get(this.#mirrorName);
      return stream === undefined ? undefined : Number(stream.start);
    } finally {
      db.close();
    }
  }

  async spoolBytes(): Promise<number> {
    const text = await (await fetch(`${this.#origin}/metrics`)).text();
    return Number(/^panelcast_spool_bytes\{client="noc"\} (\S+)$/m.exec(text)?.[1] ?? Number.NaN);
  }

  /** Waits until the spool is within its bound again. */
  trimmed(bytesMax: number): Promise<void> {
    return until('the spool is trimmed', async () => (await this.spoolBytes()) <= bytesMax);
  }

  /** All that the tail has written since it was last asked. */
  newLines(): TailLine[] {
    if (!existsSync(this.file)) return [];
    const text = readFileSync(this.file).subarray(this.#read);
    const whole = text.subarray(0, text.lastIndexOf('\n') + 1);
    this.#read += whole.length;
    return whole
      .toString()
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as TailLine);
  }

  /** What the log has of the view after `seq`. */
  truth(seq = 0): Told[] {
    const db = openForReading(databaseOf(this.#dataDir));
    try {
      const log = new ChangeLogReader(db, [TABLE]);
      return (log.read(seq + 1, Number.MAX_SAFE_INTEGER) ?? []).flatMap(toldOf);
    } finally {
      db.close();
    }
  }

  /** What SELECT says: serial → the row as the tail shows it. */
  selected(): Map<unknown, unknown> {
    const db = openForReading(databaseOf(this.#dataDir));
    try {
      const rows = db.prepare(`SELECT serial, tally, severity FROM events WHERE ${FILTER}`).all();
      return new Map(rows.map(row => [row.serial, { ...row }]));
    } finally {
      db.close();
    }
  }

  async #post(path: string, body: unknown): Promise<void> {
    try {
      const response = await fetch(this.#origin + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await response.text();
    } catch {
      await sleep(10); // it is not there, or was killed meanwhile: what it had stored is in the log
    }
  }
}

/** Kill upon kill: each change of the view is told once, in order of seq, whatever epoch it was told in. */
export async function checkKills(mode: 'durable' | 'fast', rounds: number, seed: number): Promise<void> {
  const history = await SafHistory.begin(tempDir(), new Random(seed), ['--store', mode]);
  const rows = new Map<unknown, unknown>();
  let seq = 0;
  for (let round = 0; round < rounds; round++) {
    const where = `seed ${seed}, round ${round}`;
    await history.round();
    await history.settle();
    const told = history.newLines().map(({ epoch: _, ...line }) => line);
    expect(told, where).toEqual(history.truth(seq));
    seq = told.at(-1)?.seq ?? seq;
    for (const { key, op, row } of told) {
      if (op === 'leave') rows.delete(key);
      else rows.set(key, row);
    }
    expect(rows, where).toEqual(history.selected());
    checkMirror(history, where);
    await history.killMirror();
  }
  expect(seq).toBeGreaterThan(rounds);
}

/** What a mirror began with is what the log says of that moment, and every change since is told to it once. */
function checkMirror(history: SafHistory, where: string): void {
  const truth = history.truth();
  const { changes, gaps, rows, starts } = history.mirrored();
  for (const start of starts) expect(start.rows, `${where}, start at ${start.asOf}`).toEqual(rowsAt(truth, start.asOf));
  const from = history.mirrorStart() ?? 0;
  expect(
    changes.map(({ seq }) => seq),
    where,
  ).toEqual(truth.flatMap(({ seq }) => (seq > from ? [seq] : [])));
  expect([rows, gaps], where).toEqual([rowsAt(truth, Number.POSITIVE_INFINITY), []]);
}

/** In the order of the table's columns, as frames have them. */
function rowsAt(truth: readonly Told[], seq: number): MirrorRows {
  const rows: MirrorRows = new Map();
  for (const { key, op, row, seq: at } of truth) {
    const { serial, severity, tally } = row as Record<string, number>;
    if (at <= seq) applyChange(rows, { seq: at, key, op, values: [serial, severity, tally] } as RowChange);
  }
  return rows;
}

function toldOf({ after, before, key, seq }: Change): Told[] {
  const inside = (row: Row | undefined) => (row !== undefined && Number(row[SEVERITY]) >= 3 ? row : undefined);
  const [was, is] = [inside(before), inside(after)];
  if (was === undefined && is === undefined) return [];
  if (was !== undefined && is !== undefined && show(was) === show(is)) return [];
  const op = was === undefined ? 'enter' : is === undefined ? 'leave' : 'update';
  return [{ seq, op, key, row: JSON.parse(show((is ?? was)!)) as unknown }];
}

function show(row: Row): string {
  return JSON.stringify({ serial: row[SERIAL], tally: row[TALLY], severity: row[SEVERITY] });
}

async function kill(victim: NotifierProcess | undefined): Promise<void> {
  victim?.child.kill('SIGKILL');
  await victim?.ended;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain: ${what}`);
    await sleep(POLL_MS);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
