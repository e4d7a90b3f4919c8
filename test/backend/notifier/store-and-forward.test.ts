import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { type LabOptions, NotifierLab } from '../../support/notifier-lab.ts';
import { copyOfKilled, tempDir } from '../../support/temp-dir.ts';
import type { Viewer } from '../../support/viewer.ts';

const SAF: Request = { mode: 'saf', filter: 'severity > 1' };

function join(lab: NotifierLab, request: Request = SAF, client = 'noc'): Viewer {
  const viewer = lab.join({ client });
  viewer.open('a', request);
  lab.settle();
  return viewer;
}

/** The client's next connection, which knows what the last one had. */
function comeBack(lab: NotifierLab, gone: Viewer, epoch = lab.server.epoch): Viewer {
  const viewer = lab.join({ client: 'noc', resume: { epoch, seq: Math.max(0, gone.asOf) } });
  viewer.carryOn(gone);
  lab.clock.pass(1000);
  return viewer;
}

/** Says that it has everything that it was told. */
function confirm(lab: NotifierLab, viewer: Viewer): void {
  viewer.ack(viewer.opened.get('a')!.view, viewer.view('a').upTo);
  lab.settle();
}

function write(lab: NotifierLab, ...names: string[]): void {
  for (const identifier of names) lab.send({ identifier, severity: 4 });
}

const seqs = (viewer: Viewer) => viewer.view('a').changes.map(({ seq }) => seq);
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const spooled = (lab: NotifierLab) => lab.notifier.registrar.saf.bytesByClient.noc;

describe('§5 mode saf', () => {
  it('needs the durable name of the client', () => {
    using lab = new NotifierLab();
    const viewer = lab.join();
    viewer.open('a', SAF);
    lab.settle();
    expect(viewer.errors).toMatchObject([
      {
        id: 'a',
        code: 'bad-request',
        message: 'mode saf needs hello.client: the durable name that the stream belongs to',
      },
    ]);
  });

  it('begins with a snapshot and goes on with every change', () => {
    using lab = new NotifierLab();
    write(lab, 'before');
    const viewer = join(lab);
    expect([viewer.snaps, viewer.view('a').rows.size]).toEqual([1, 1]);
    write(lab, 'x', 'x');
    lab.send({ identifier: 'x', severity: 0 });
    lab.clock.pass(1000);
    expect(viewer.view('a').changes.map(({ op, seq }) => [seq, op])).toEqual([
      [2, 'enter'],
      [3, 'update'],
      [4, 'leave'],
    ]);
  });

  it('keeps what comes while the client is away, and tells it in order and once, then goes on live', () => {
    using lab = new NotifierLab();
    const gone = join(lab);
    confirm(lab, gone);
    write(lab, 'a', 'b');
    lab.clock.pass(1000);
    lab.leave(gone);
    lab.clock.pass(60_000);
    write(lab, 'c', 'd', 'c');
    const back = comeBack(lab, gone);
    write(lab, 'e');
    lab.clock.pass(1000);
    expect(seqs(back)).toEqual(upTo(1, 6));
    expect([back.snaps, back.gaps]).toEqual([0, []]);
  });

  it('tells a client that remembers nothing all that it has not confirmed', () => {
    using lab = new NotifierLab();
    const gone = join(lab);
    write(lab, 'a', 'b', 'c');
    lab.clock.pass(1000);
    gone.ack(gone.opened.get('a')!.view, 2);
    lab.leave(gone);
    write(lab, 'd');
    const back = lab.join({ client: 'noc' });
    back.goOn('a', SAF, undefined);
    lab.clock.pass(1000);
    expect(seqs(back)).toEqual([3, 4]);
    expect(back.snaps).toBe(0);
  });

  it('gives a client that asks for a snapshot all that it has not confirmed, and then what is there', () => {
    using lab = new NotifierLab();
    const gone = join(lab);
    write(lab, 'a', 'b');
    lab.clock.pass(1000);
    confirm(lab, gone);
    write(lab, 'c', 'd');
    lab.leave(gone);
    for (let time = 0; time < 2; time++) {
      const back = join(lab); // it says that it has nothing
      expect([seqs(back), back.snaps, back.view('a').rows.size]).toEqual([[3, 4], 1, 4]);
      lab.leave(back);
    }
    // Nothing was lost for one that does have what it had.
    expect(seqs(comeBack(lab, gone))).toEqual(upTo(1, 4));
  });

  it('lets go of what is confirmed, and of no more', () => {
    using lab = new NotifierLab();
    const viewer = join(lab);
    write(lab, 'a', 'b', 'c');
    lab.clock.pass(1000);
    const all = spooled(lab)!;
    viewer.ack(viewer.opened.get('a')!.view, 1);
    lab.settle();
    expect(spooled(lab)).toBeCloseTo((all * 2) / 3, -2);
    viewer.ack(viewer.opened.get('a')!.view, 999);
    lab.settle();
    expect(spooled(lab)).toBe(0);
    write(lab, 'd');
    lab.clock.pass(1000);
    expect(seqs(viewer)).toEqual(upTo(1, 4));
  });

  it('belongs to one client: another name has a stream of its own', () => {
    using lab = new NotifierLab();
    const [one, two] = [join(lab), join(lab, SAF, 'soc')];
    write(lab, 'a');
    lab.clock.pass(1000);
    expect([seqs(one), seqs(two)]).toEqual([[1], [1]]);
    one.ack(one.opened.get('a')!.view, 1);
    lab.settle();
    expect(lab.notifier.registrar.saf.bytesByClient).toMatchObject({ noc: 0 });
    expect(lab.notifier.registrar.saf.bytesByClient.soc).toBeGreaterThan(0);
    expect(lab.notifier.views.size).toBe(1);
  });

  it('belongs to the newest connection of the client; the older one is told, and gets no more', () => {
    using lab = new NotifierLab();
    const older = join(lab);
    const newer = join(lab);
    expect(older.errors).toMatchObject([
      { id: 'a', code: 'conflict', message: 'client "noc" opened this stream on another connection' },
    ]);
    expect(older.streams.size).toBe(0);
    write(lab, 'a');
    lab.clock.pass(1000);
    expect([seqs(older), seqs(newer)]).toEqual([[], [1]]);
  });

  it('belongs to the newest panel of a connection, and says that it was the same one', () => {
    using lab = new NotifierLab();
    const viewer = lab.join({ client: 'ann' });
    viewer.open('a', { mode: 'saf' });
    lab.settle();
    viewer.open('b', { mode: 'saf' });
    lab.settle();
    expect(viewer.errors).toEqual([
      expect.objectContaining({ id: 'a', message: 'client "ann" opened this stream once more on this connection' }),
    ]);
  });

  it('that could not be created leaves nothing behind, not even in the next one', () => {
    using lab = new NotifierLab();
    write(lab, 'a', 'b');
    const { append } = lab.spool;
    lab.spool.append = () => {
      throw new Error('disk full');
    };
    const refused = lab.join({ client: 'noc', resume: { epoch: 1, seq: 0 } });
    lab.notifier.tell([{ type: 'open', session: refused.session, id: 'a', request: SAF }]);
    lab.settle();
    expect(refused.errors).toMatchObject([{ id: 'a', code: 'internal' }]);
    lab.spool.append = append;
    lab.clock.pass(31_000);
    expect(lab.notifier.views.size).toBe(0);
    const other = join(lab, { mode: 'saf', filter: 'severity = 5' }, 'soc');
    lab.send({ identifier: 'c', severity: 5 });
    lab.clock.pass(1000);
    expect(seqs(other)).toEqual([3]);
    other.ack(other.opened.get('a')!.view, 3);
    lab.settle();
    expect(lab.notifier.registrar.saf.bytesByClient).toEqual({ soc: 0 });
  });

  it('that could not be created takes nothing from the others that wait for the disk', () => {
    using lab = new NotifierLab();
    const viewer = join(lab);
    const { together } = lab.spool;
    let depth = 0;
    lab.spool.together = run =>
      together.call(lab.spool, () => {
        depth++;
        run();
        if (--depth === 0) throw new Error('disk full'); // at the commit, when everything else has been done
      });
    write(lab, 'a');
    const other = join(lab, { mode: 'saf', filter: 'severity = 5' }, 'soc');
    expect(other.errors).toMatchObject([{ id: 'a', code: 'internal' }]);
    lab.spool.together = together;
    lab.clock.pass(1000);
    write(lab, 'b');
    lab.clock.pass(1000);
    expect(seqs(viewer)).toEqual([1, 2]);
  });

  it('is what its names and its rights were when it was created', async () => {
    const dataDir = tempDir();
    const filters: Record<string, string> = { bad: 'severity > 1' };
    const options: LabOptions = { dataDir, filters, entitlement: () => "site = 'lon'" };
    const first = new NotifierLab(options);
    const gone = join(first, { mode: 'saf', filter: '@bad' });
    filters.bad = 'severity > 4';
    await first.close();
    delete filters.bad;
    using lab = new NotifierLab(options);
    lab.send({ identifier: 'a', severity: 2, site: 'lon' }, { identifier: 'b', severity: 5, site: 'nyc' });
    filters.bad = 'severity > 1';
    expect(seqs(comeBack(lab, gone))).toEqual([1]);
    expect(lab.faults).toEqual([]);
  });
});

describe('§5 the start of a saf stream', () => {
  /** A connection that has nothing, and does not ask for more than others. */
  function begin(lab: NotifierLab): Viewer {
    const viewer = lab.join({ client: 'noc' });
    viewer.goOn('a', SAF, undefined);
    lab.settle();
    return viewer;
  }

  const shown = (viewer: Viewer) => [viewer.snaps, viewer.view('a').rows.size, seqs(viewer)];

  it('is told again until the client has confirmed it, with every change since', () => {
    using lab = new NotifierLab();
    write(lab, 'a', 'b');
    lab.leave(begin(lab)); // died before it had it
    write(lab, 'c');
    lab.write("DELETE FROM events WHERE identifier = 'a'");
    const second = begin(lab);
    expect(shown(second)).toEqual([1, 2, [3, 4]]);
    lab.leave(second); // died with it
    const third = begin(lab);
    expect(shown(third)).toEqual([1, 2, [3, 4]]);
    confirm(lab, third);
    lab.leave(third);
    write(lab, 'd');
    const fourth = comeBack(lab, third);
    expect(shown(fourth)).toEqual([0, 3, [3, 4, 5]]);
  });

  it('is told over restarts too', async () => {
    const dataDir = tempDir();
    const first = new NotifierLab({ dataDir });
    write(first, 'a', 'b');
    first.leave(begin(first));
    write(first, 'c');
    await first.close();
    using lab = new NotifierLab({ dataDir, clock: first.clock });
    expect(shown(begin(lab))).toEqual([1, 3, [3]]);
  });

  it('is confirmed by a client that has nothing else to confirm', () => {
    using lab = new NotifierLab();
    write(lab, 'a');
    const viewer = begin(lab);
    confirm(lab, viewer);
    lab.leave(viewer);
    expect(comeBack(lab, viewer).snaps).toBe(0);
  });

  it('comes after the gap of what had to be let go before it was confirmed', () => {
    using lab = new NotifierLab({ spool: { bytesMax: 3000, ageMsMax: 1e12 } });
    lab.leave(begin(lab));
    for (let i = 0; i < 50; i++) write(lab, `e${i}`);
    lab.notifier.registrar.saf.trim();
    const back = begin(lab);
    expect([back.snaps, back.view('a').rows.size, back.gaps.map(({ from }) => from)]).toEqual([1, 50, [1]]);
    expect(seqs(back)).toEqual(upTo(back.gaps[0]!.to + 1, 50));
  });

  it('is not owed to a client that comes with a position to a notifier that does not know it', () => {
    using lab = new NotifierLab();
    write(lab, 'a', 'b');
    const viewer = lab.join({ client: 'noc', resume: { epoch: 1, seq: 1 } });
    viewer.goOn('a', SAF, undefined);
    lab.clock.pass(1000);
    expect(shown(viewer)).toEqual([0, 1, [2]]);
  });
});

describe('§5 mode saf over restarts', () => {
  it('goes on where it was, with what was written before, between and after', async () => {
    const dataDir = tempDir();
    const first = new NotifierLab({ dataDir });
    const gone = join(first);
    confirm(first, gone);
    write(first, 'a');
    first.clock.pass(1000);
    first.leave(gone);
    write(first, 'b', 'c');
    await first.close();
    const second = new NotifierLab({ dataDir, clock: first.clock });
    write(second, 'd');
    await second.close();
    using lab = new NotifierLab({ dataDir, clock: first.clock });
    write(lab, 'e');
    const back = comeBack(lab, gone);
    write(lab, 'f');
    lab.clock.pass(1000);
    expect(seqs(back)).toEqual(upTo(1, 6));
    expect([back.snaps, back.gaps, lab.faults]).toEqual([0, [], []]);
  });

  it('takes from the log what a killed notifier had not spooled', () => {
    const dataDir = tempDir();
    using first = new NotifierLab({ dataDir });
    const gone = join(first);
    write(first, 'a');
    first.clock.pass(1000);
    const { append } = first.spool;
    first.spool.append = () => {
      throw new Error('killed');
    };
    write(first, 'b', 'c');
    using lab = new NotifierLab({ dataDir: copyOfKilled(dataDir), clock: first.clock });
    const back = comeBack(lab, gone);
    expect(seqs(back)).toEqual(upTo(1, 3));
    first.spool.append = append;
  });
});

describe('§5 mode saf is bounded', () => {
  it('by bytes: the oldest go, and the client is told which', () => {
    using lab = new NotifierLab({ spool: { bytesMax: 3000, ageMsMax: 1e12 } });
    const gone = join(lab);
    write(lab, 'a');
    lab.clock.pass(1000);
    lab.leave(gone);
    for (let i = 0; i < 50; i++) write(lab, `e${i}`);
    lab.notifier.registrar.saf.trim();
    expect(spooled(lab)).toBeLessThanOrEqual(3000);
    const back = comeBack(lab, gone);
    const [gap] = back.gaps;
    // Unconfirmed changes count, although the client has them: only its word frees them.
    expect(gap).toMatchObject({ type: 'gap', view: back.opened.get('a')!.view, from: 2 });
    expect(seqs(back)).toEqual([1, ...upTo(gap!.to + 1, 51)]);
    expect(back.gaps).toHaveLength(1);
  });

  it('by age', () => {
    using lab = new NotifierLab({ spool: { bytesMax: 1e9, ageMsMax: 60_000 } });
    const gone = join(lab);
    lab.leave(gone);
    write(lab, 'a', 'b');
    lab.clock.pass(50_000);
    write(lab, 'c');
    lab.clock.pass(20_000);
    lab.notifier.registrar.saf.trim();
    const back = comeBack(lab, gone);
    expect(back.gaps).toMatchObject([{ from: 1, to: 2 }]);
    expect(seqs(back)).toEqual([3]);
  });
});
