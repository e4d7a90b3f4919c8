import { describe, expect, it } from 'vitest';
import { parseTables } from '../../../backend/object-server/table-schema.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import { copyOfKilled, tempDir } from '../../support/temp-dir.ts';
import type { HeldView, Viewer } from '../../support/viewer.ts';

const SAF: Request = { mode: 'saf', columns: ['summary'] };
const STORM = 300;

/** More than may wait in memory; `e1` to `e300`, a change each. */
function storm(lab: NotifierLab): void {
  const events = upTo(1, STORM).map(n => ({ identifier: `e${n}`, summary: 'x'.repeat(60_000) }));
  for (let from = 0; from < STORM; from += 10) lab.send(...events.slice(from, from + 10));
}

/** The client `noc`, which goes on from what it has had. */
function connect(lab: NotifierLab, request: Request = SAF, held?: HeldView): Viewer {
  const position = held && { epoch: lab.server.epoch, seq: held.upTo };
  const viewer = lab.join({ client: 'noc', ...(position && { resume: position }) });
  viewer.goOn('a', request, held);
  lab.settle();
  return viewer;
}

function confirm(lab: NotifierLab, viewer: Viewer): void {
  viewer.ack(viewer.opened.get('a')!.view, viewer.view('a').upTo);
  lab.settle();
}

/** What the spool refuses, it takes again when the answer is called. */
function refuse(lab: NotifierLab): () => void {
  const { append } = lab.spool;
  lab.spool.append = () => {
    throw new Error('disk full');
  };
  return () => {
    lab.spool.append = append;
  };
}

const seqs = (viewer: Viewer) => viewer.view('a').changes.map(({ seq }) => seq);
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('§5 a spool that refuses to take anything', () => {
  it('costs a bounded memory, and loses nothing that the log has', () => {
    using lab = new NotifierLab();
    const viewer = connect(lab);
    confirm(lab, viewer);
    const accept = refuse(lab);
    storm(lab);
    expect(lab.notifier.registrar.saf.waiting).toBeLessThan(17 * 2 ** 20);
    accept();
    lab.clock.pass(2000);
    lab.send({ identifier: 'last' });
    lab.clock.pass(2000);
    expect(seqs(viewer)).toEqual(upTo(1, STORM + 1));
    expect(viewer.gaps).toEqual([]);
  });

  it('is told as a gap where the log has let go meanwhile, to whoever comes back too', () => {
    using lab = new NotifierLab({ logBytesMax: 1000 });
    const viewer = connect(lab);
    confirm(lab, viewer);
    lab.send({ identifier: 'first' });
    lab.clock.pass(1000);
    const accept = refuse(lab);
    storm(lab);
    lab.leave(viewer);
    accept();
    lab.clock.pass(2000);
    lab.send({ identifier: 'last' });
    const back = connect(lab, SAF, viewer.view('a'));
    lab.clock.pass(2000);
    const [gap, ...more] = back.gaps;
    expect([gap!.from, more]).toEqual([2, []]);
    expect(gap!.to).toBe(lab.source.retainedFrom);
    expect(seqs(back)).toEqual([1, ...upTo(gap!.to + 1, STORM + 2)]);
  });

  it('is told from the log by the next start, when it is killed meanwhile', () => {
    const dataDir = tempDir();
    using first = new NotifierLab({ dataDir });
    const viewer = connect(first);
    confirm(first, viewer);
    refuse(first);
    storm(first);
    using lab = new NotifierLab({ dataDir: copyOfKilled(dataDir), clock: first.clock });
    const back = connect(lab, SAF, viewer.view('a'));
    lab.clock.pass(1000);
    expect(seqs(back)).toEqual(upTo(1, STORM));
  });

  it('is said once and again each minute, and shown for its clients', () => {
    using lab = new NotifierLab();
    connect(lab);
    const accept = refuse(lab);
    for (let i = 0; i < 100; i++) {
      lab.send({ identifier: `e${i}` });
      lab.clock.pass(1000);
    }
    expect(lab.faults).toMatchObject(new Array(2).fill({ what: 'the spool of store-and-forward streams' }));
    expect(lab.notifier.registrar.saf.clients).toMatchObject([{ client: 'noc', streams: 1, fault: 'disk full' }]);
    accept();
    lab.send({ identifier: 'last' });
    expect(lab.notifier.registrar.saf.clients[0]!.fault).toBeUndefined();
  });

  it('refuses a new stream, rather than one that would miss something', () => {
    using lab = new NotifierLab();
    connect(lab);
    const accept = refuse(lab);
    storm(lab);
    const other = lab.join({ client: 'soc' });
    other.goOn('a', SAF, undefined);
    lab.settle();
    expect(other.errors).toMatchObject([{ id: 'a' }]);
    accept();
    other.goOn('a', SAF, undefined);
    lab.settle();
    lab.send({ identifier: 'last' });
    lab.clock.pass(2000);
    expect([other.snaps, seqs(other)]).toEqual([1, [STORM + 1]]);
  });

  it('is not asked to take a large commit as one', () => {
    using lab = new NotifierLab();
    const viewer = connect(lab);
    confirm(lab, viewer);
    lab.send(...upTo(1, STORM).map(n => ({ identifier: `e${n}`, summary: 'x'.repeat(60_000) })));
    expect([lab.notifier.registrar.saf.waiting, lab.faults]).toEqual([0, []]);
    lab.clock.pass(2000);
    expect(seqs(viewer)).toEqual(upTo(1, STORM));
  });
});

describe('§5 a stream whose request means nothing after a restart', () => {
  const tableOf = (...names: string[]) => {
    const columns = names.map(name => ({ name, type: name === 'id' ? 'integer' : 'text' }));
    return parseTables([{ name: 'alarms', primaryKey: 'id', columns }]);
  };
  const ALARMS = tableOf('id', 'text');
  const REQUEST: Request = { mode: 'saf', table: 'alarms' };

  /** A client that has confirmed its start, and has something spooled. */
  async function spooled(dataDir: string): Promise<{ held: HeldView; clock: NotifierLab['clock'] }> {
    const lab = new NotifierLab({ dataDir, tables: ALARMS });
    const viewer = connect(lab, REQUEST);
    confirm(lab, viewer);
    const held = structuredClone(viewer.view('a'));
    lab.leave(viewer);
    lab.write("INSERT INTO alarms VALUES (1, 'one')");
    lab.write('DELETE FROM alarms');
    await lab.close();
    return { held, clock: lab.clock };
  }

  it('is kept, its open refused with the reason, and goes on where it was when the request means something again', async () => {
    const dataDir = tempDir();
    const { clock, held } = await spooled(dataDir);
    const without = new NotifierLab({ dataDir, clock });
    expect(without.faults).toMatchObject([
      { what: 'the spool', error: { code: 'bad-config', message: expect.stringContaining('unknown table "alarms"') } },
    ]);
    expect(without.notifier.registrar.saf.clients).toMatchObject([
      { client: 'noc', streams: 1, fault: expect.stringContaining('unknown table "alarms"') },
    ]);
    const refused = connect(without, REQUEST, held);
    expect(refused.errors).toMatchObject([
      {
        id: 'a',
        code: 'not-found',
        message: expect.stringMatching(/^unknown table "alarms".*; what is spooled for client "noc" is kept/),
      },
    ]);
    for (let i = 0; i < 3; i++) without.send({ identifier: `e${i}` });
    await without.close();
    using lab = new NotifierLab({ dataDir, clock, tables: ALARMS });
    lab.write("INSERT INTO alarms VALUES (2, 'two')");
    const back = connect(lab, REQUEST, held);
    lab.clock.pass(1000);
    expect([lab.faults, back.errors, back.gaps, back.snaps]).toEqual([[], [], [], 0]);
    expect(back.view('a').changes.map(({ op, seq }) => [seq, op])).toEqual([
      [1, 'enter'],
      [2, 'leave'],
      [6, 'enter'],
    ]);
  });

  it('is told as a gap what the log has let go while it was suspended, over several starts', async () => {
    const dataDir = tempDir();
    const { clock, held } = await spooled(dataDir);
    for (let start = 0; start < 2; start++) {
      const without = new NotifierLab({ dataDir, clock, logBytesMax: 0 });
      for (let i = 0; i < 50; i++) without.send({ identifier: `e${start}-${i}` });
      await without.close();
    }
    using lab = new NotifierLab({ dataDir, clock, tables: ALARMS, logBytesMax: 0 });
    lab.write("INSERT INTO alarms VALUES (2, 'two')");
    const back = connect(lab, REQUEST, held);
    lab.clock.pass(1000);
    expect(back.gaps).toMatchObject([{ from: 3 }]);
    expect(back.view('a').changes.map(({ seq }) => seq)).toEqual([1, 2, 103]);
  });

  it('goes on where it was too when its table has got other columns', async () => {
    const dataDir = tempDir();
    const { clock, held } = await spooled(dataDir);
    using lab = new NotifierLab({ dataDir, clock, tables: tableOf('site', 'id', 'text'), logBytesMax: 0 });
    lab.write("INSERT INTO alarms (id, text) VALUES (2, 'two')");
    const back = connect(lab, { ...REQUEST, columns: ['id', 'text'] }, held);
    lab.clock.pass(1000);
    expect([lab.faults, back.errors, back.gaps]).toEqual([[], [], []]);
    expect(back.view('a').changes.map(({ values }) => values)).toEqual([
      [1, 'one'],
      [1, 'one'],
      [2, 'two'],
    ]);
  });

  it('is kept when its columns have another order, by which what is spooled could not be read', async () => {
    const dataDir = tempDir();
    const { clock, held } = await spooled(dataDir);
    const turned = new NotifierLab({ dataDir, clock, tables: tableOf('text', 'id') });
    const reason = 'the columns of table "alarms" have another order now; what is spooled is kept';
    expect(turned.faults).toMatchObject([{ error: { message: expect.stringContaining(reason) } }]);
    expect(connect(turned, REQUEST, held).errors).toMatchObject([
      { id: 'a', code: 'bad-config', message: expect.stringContaining(reason) },
    ]);
    await turned.close();
    using lab = new NotifierLab({ dataDir, clock, tables: ALARMS, logBytesMax: 0 });
    const back = connect(lab, REQUEST, held);
    lab.clock.pass(1000);
    expect([back.view('a').changes.map(({ seq }) => seq), back.gaps]).toEqual([[1, 2], []]);
  });

  it('does not hold up the streams that mean something', async () => {
    const dataDir = tempDir();
    const { clock } = await spooled(dataDir);
    using lab = new NotifierLab({ dataDir, clock });
    const viewer = connect(lab);
    lab.send({ identifier: 'a' });
    lab.clock.pass(1000);
    expect([viewer.errors, seqs(viewer)]).toEqual([[], [3]]);
  });

  it('is let go when its client does not come for twice as long as anything is kept', async () => {
    const dataDir = tempDir();
    const { clock } = await spooled(dataDir);
    using lab = new NotifierLab({ dataDir, clock, spool: { bytesMax: 1e9, ageMsMax: 600_000 } });
    lab.clock.pass(1_100_000);
    lab.notifier.registrar.saf.trim();
    expect(lab.notifier.registrar.saf.clients).toHaveLength(1);
    lab.clock.pass(200_000);
    lab.notifier.registrar.saf.trim();
    expect(lab.notifier.registrar.saf.clients).toEqual([]);
  });
});
