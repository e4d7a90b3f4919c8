import { expect, it } from 'vitest';
import type { RowChange } from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { Key, Value } from '../../../backend/protocol/schema.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import { Random } from '../../support/random.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { copyOfKilled, tempDir } from '../../support/temp-dir.ts';
import type { HeldView, Viewer } from '../../support/viewer.ts';

const REQUEST: Request = { mode: 'saf', filter: 'severity > 2', columns: ['severity'] };

type Rows = Map<Key, readonly Value[]>;

function apply(rows: Rows, { key, op, values }: RowChange): void {
  if (op === 'leave') rows.delete(key);
  else rows.set(key, values);
}

/**
 * One durable client over any number of connections, stalls, confirmations, clean restarts and kills of either side, from
 * the very beginning on. It writes down what it is told at moments of its own choice, and knows no more than that when
 * it was killed. It has to have the rows that were there at first, and each change of its filter exactly once and in
 * order.
 */
class SafHistory {
  #lab: NotifierLab;
  #dataDir = tempDir();
  readonly #clock = new SimClock();
  /** What the client has written down: its rows up to a position, and the changes. */
  #kept: HeldView | undefined;
  readonly #told: RowChange[] = [];
  #taken = 0;
  /** All changes of the filter since the store was made. */
  readonly #right: RowChange[] = [];
  #viewer: Viewer | undefined;
  #epoch: number;

  constructor(random: Random) {
    this.#lab = this.#start();
    for (let i = random.int(8); i >= 0; i--) this.#lab.send({ identifier: `old${i}`, severity: random.int(6) });
    this.#epoch = this.#lab.server.epoch;
    // Killed before it has its start, and again.
    while (random.chance(0.6)) {
      this.#comeBack(random.chance(0.5));
      for (let i = random.int(4); i > 0; i--) this.#write(random);
      this.#clock.pass(random.pick([1, 30, 1000]));
      this.#leave(true);
    }
    this.#comeBack(true);
  }

  async step(random: Random): Promise<void> {
    const roll = random.int(20);
    if (roll < 9) this.#write(random);
    else if (roll < 11) this.#clock.pass(random.pick([1, 30, 1000]));
    else if (roll < 12) this.#keep();
    else if (roll < 14) this.#confirm(random);
    else if (roll < 15) this.#viewer?.stall();
    else if (roll < 16) this.#viewer?.wake();
    else if (roll < 17) this.#leave(random.chance(0.5));
    else if (roll < 19) this.#comeBack(random.chance(0.8));
    else await this.#restart(random.chance(0.5));
  }

  finish(): void {
    this.#comeBack(true);
    this.#viewer!.wake();
    this.#clock.pass(10_000);
    this.#keep();
    const { start } = this.#lab.spool.streams[0]!;
    expect(this.#told).toEqual(this.#right.filter(({ seq }) => seq > start));
    expect(this.#kept!.rows).toEqual(this.#rowsAt(Number.POSITIVE_INFINITY));
    expect([this.#lab.faults, this.#viewer!.gaps, this.#viewer!.errors]).toEqual([[], [], []]);
    this.#lab[Symbol.dispose]();
  }

  #start(): NotifierLab {
    const lab = new NotifierLab({ dataDir: this.#dataDir, clock: this.#clock });
    const at = (name: string) => lab.server.tables[0]!.columns.findIndex(column => column.name === name);
    const [serial, severity] = [at('serial'), at('severity')];
    const inside = (row: readonly Value[] | undefined) =>
      row !== undefined && Number(row[severity]) > 2 ? [row[serial]!, row[severity]!] : undefined;
    lab.server.onCommit(changes => {
      for (const { after, before, key, seq } of changes) {
        const [was, is] = [inside(before), inside(after)];
        if (was === undefined && is === undefined) continue;
        if (was !== undefined && is !== undefined && was[1] === is[1]) continue;
        this.#right.push({ seq, key, op: was ? (is ? 'update' : 'leave') : 'enter', values: (is ?? was)! });
      }
    });
    return lab;
  }

  #rowsAt(seq: number): Rows {
    const rows: Rows = new Map();
    for (const change of this.#right) if (change.seq <= seq) apply(rows, change);
    return rows;
  }

  #write(random: Random): void {
    const identifier = random.chance(0.1) ? `old${random.int(8)}` : `e${random.int(6)}`;
    if (random.chance(0.2)) this.#lab.write('DELETE FROM events WHERE identifier = ?', [identifier]);
    else this.#lab.send({ identifier, severity: random.int(6) });
  }

  /** Writes down what the present connection told since the last time; it has the start with the first of it. */
  #keep(): void {
    if (!this.#viewer?.opened.has('a') || !this.#viewer.views.has(this.#viewer.opened.get('a')!.view)) return;
    const held = this.#viewer.view('a');
    const position = this.#kept?.upTo ?? 0;
    this.#told.push(...held.changes.slice(this.#taken).filter(({ seq }) => seq > position));
    this.#taken = held.changes.length;
    this.#kept = structuredClone(held);
    expect(this.#kept.rows).toEqual(this.#rowsAt(this.#kept.upTo));
  }

  #confirm(random: Random): void {
    this.#keep();
    if (this.#kept === undefined || !this.#viewer?.opened.has('a')) return;
    const seq = random.chance(0.5) ? this.#kept.upTo : this.#told.at(-3)?.seq;
    if (seq !== undefined) this.#viewer.ack(this.#viewer.opened.get('a')!.view, seq);
  }

  #leave(killed: boolean): void {
    if (!killed) this.#keep();
    if (this.#viewer !== undefined) this.#lab.leave(this.#viewer);
    this.#viewer = undefined;
  }

  /** `answered`: it lives until it has an answer. */
  #comeBack(answered: boolean): void {
    if (this.#viewer !== undefined) return;
    const held = structuredClone(this.#kept);
    const viewer = this.#lab.join({
      client: 'noc',
      ...(held === undefined ? {} : { resume: { epoch: this.#epoch, seq: held.upTo } }),
    });
    viewer.goOn('a', REQUEST, held);
    this.#taken = held?.changes.length ?? 0;
    this.#viewer = viewer;
    if (answered) {
      this.#lab.settle();
      this.#epoch = this.#lab.server.epoch;
    } else this.#leave(true);
  }

  async #restart(kill: boolean): Promise<void> {
    const old = this.#lab;
    if (!kill) this.#leave(false);
    else this.#dataDir = copyOfKilled(this.#dataDir);
    // What a killed notifier says in its last moments, nobody hears.
    if (kill) old.viewers.clear();
    await old.close();
    this.#viewer = undefined;
    this.#lab = this.#start();
  }
}

const HISTORIES = Number(process.env.TEST_HISTORIES ?? 15);
const SEED = Number(process.env.TEST_SEED ?? 1);

it.each(Array.from({ length: HISTORIES }, (_, i) => SEED + i))(
  '§5 saf gives the rows at first and each change exactly once and in order, over kills, stalls and absences: seed %i',
  async seed => {
    const random = new Random(seed);
    const history = new SafHistory(random);
    for (let i = 0; i < 120; i++) await history.step(random);
    history.finish();
  },
);
