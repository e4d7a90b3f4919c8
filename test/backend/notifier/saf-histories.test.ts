import { expect, it } from 'vitest';
import type { RowChange } from '../../../backend/protocol/messages.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import { Random } from '../../support/random.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { copyOfKilled, tempDir } from '../../support/temp-dir.ts';
import type { Viewer } from '../../support/viewer.ts';

/**
 * One durable client over any number of connections, stalls, confirmations, clean restarts and kills of the notifier. It
 * has to be told each change of its filter exactly once and in order, whenever whichever side was away.
 */
class SafHistory {
  #lab: NotifierLab;
  #dataDir = tempDir();
  readonly #clock = new SimClock();
  /** The client's own memory: what it was told on all of its connections. */
  readonly #told: RowChange[] = [];
  #taken = 0;
  /** What it should have been told. */
  readonly #right: Omit<RowChange, 'values'>[] = [];
  #viewer: Viewer | undefined;
  #last: Viewer;
  #epoch: number;

  constructor() {
    this.#lab = this.#start();
    this.#epoch = this.#lab.server.epoch;
    this.#last = this.#viewer = this.#lab.join({ client: 'noc' });
    this.#viewer.open('a', { mode: 'saf', filter: 'severity > 2', columns: ['severity'] });
    this.#lab.settle();
  }

  async step(random: Random): Promise<void> {
    const roll = random.int(20);
    if (roll < 9) this.#write(random);
    else if (roll < 12) this.#clock.pass(random.pick([1, 30, 1000]));
    else if (roll < 14) this.#confirm(random);
    else if (roll < 15) this.#viewer?.stall();
    else if (roll < 16) this.#viewer?.wake();
    else if (roll < 17) this.#leave();
    else if (roll < 19) this.#comeBack();
    else await this.#restart(random.chance(0.5));
  }

  finish(): void {
    this.#comeBack();
    this.#viewer!.wake();
    this.#clock.pass(10_000);
    this.#remember();
    expect(this.#told.map(({ key, op, seq }) => ({ seq, key, op }))).toEqual(this.#right);
    expect([this.#lab.faults, this.#viewer!.gaps, this.#viewer!.errors]).toEqual([[], [], []]);
    this.#lab[Symbol.dispose]();
  }

  #start(): NotifierLab {
    const lab = new NotifierLab({ dataDir: this.#dataDir, clock: this.#clock });
    const severity = lab.server.tables[0]!.columns.findIndex(({ name }) => name === 'severity');
    const has = (row: readonly unknown[] | undefined) => row !== undefined && Number(row[severity]) > 2;
    lab.server.onCommit(changes => {
      for (const { after, before, key, seq } of changes) {
        const [was, is] = [has(before), has(after)];
        if (was && is && before![severity] === after![severity]) continue;
        if (was || is) this.#right.push({ seq, key, op: was ? (is ? 'update' : 'leave') : 'enter' });
      }
    });
    return lab;
  }

  #write(random: Random): void {
    const identifier = `e${random.int(6)}`;
    if (random.chance(0.2)) this.#lab.write('DELETE FROM events WHERE identifier = ?', [identifier]);
    else this.#lab.send({ identifier, severity: random.int(6) });
  }

  #confirm(random: Random): void {
    this.#remember();
    const seq = this.#told.at(random.chance(0.5) ? -1 : -3)?.seq;
    if (this.#viewer?.opened.has('a') && seq !== undefined) this.#viewer.ack(this.#viewer.opened.get('a')!.view, seq);
  }

  /** Takes over what the present connection told since the last time. */
  #remember(): void {
    if (!this.#last.opened.has('a')) return;
    const { changes } = this.#last.view('a');
    this.#told.push(...changes.slice(this.#taken));
    this.#taken = changes.length;
  }

  #leave(): void {
    if (this.#viewer !== undefined) this.#lab.leave(this.#viewer);
    this.#viewer = undefined;
  }

  #comeBack(): void {
    if (this.#viewer !== undefined) return;
    this.#remember();
    const gone = this.#last;
    const viewer = this.#lab.join({ client: 'noc', resume: { epoch: this.#epoch, seq: Math.max(0, gone.asOf) } });
    viewer.carryOn(gone);
    this.#lab.settle();
    this.#epoch = this.#lab.server.epoch;
    this.#viewer = this.#last = viewer;
  }

  async #restart(kill: boolean): Promise<void> {
    const old = this.#lab;
    if (kill) this.#dataDir = copyOfKilled(this.#dataDir);
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
  '§5 saf tells each change exactly once and in order over kills, restarts, stalls and absences: seed %i',
  async seed => {
    const random = new Random(seed);
    const history = new SafHistory();
    for (let i = 0; i < 120; i++) await history.step(random);
    history.finish();
  },
);
