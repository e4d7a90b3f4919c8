import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { restore } from '../../backend/object-server/backup.ts';
import type { Position } from '../../backend/protocol/messages.ts';
import { NotifierLab } from '../support/notifier-lab.ts';
import { tempDir } from '../support/temp-dir.ts';
import type { Viewer } from '../support/viewer.ts';

const REQUEST = { filter: 'severity >= 3', columns: ['severity'], mode: 'saf' } as const;

/** The client `noc` on a new connection, with what it says it has. */
function connect(lab: NotifierLab, resume?: Position): Viewer {
  const viewer = lab.join({ client: 'noc', ...(resume && { resume }) });
  const since = resume === undefined ? {} : { since: resume.seq };
  lab.notifier.tell([{ type: 'open', session: viewer.session, id: 'own', request: REQUEST, ...since }]);
  lab.clock.pass(2000);
  return viewer;
}

const seqs = (viewer: Viewer): number[] => viewer.view('own').changes.map(({ seq }) => seq);

/** Each is one change of the view, if not an update that its columns do not show. */
function events(lab: NotifierLab, from: number, to: number): void {
  for (let i = from; i <= to; i++) lab.send({ identifier: `e${i}`, severity: 5 });
}

async function inLab<T>(dataDir: string, use: (lab: NotifierLab) => T): Promise<T> {
  const lab = new NotifierLab({ dataDir });
  try {
    const result = use(lab);
    expect(lab.faults).toEqual([]);
    return result;
  } finally {
    await lab.close();
  }
}

describe('a store-and-forward stream over the ends of its notifier', () => {
  it('is kept while its client and the notifier are away', async () => {
    const dataDir = tempDir();
    await inLab(dataDir, lab => {
      const viewer = connect(lab);
      events(lab, 1, 3);
      lab.leave(viewer);
      events(lab, 4, 6);
    });
    await inLab(dataDir, lab => {
      events(lab, 7, 8);
      expect(seqs(connect(lab, { epoch: 1, seq: 3 }))).toEqual([4, 5, 6, 7, 8]);
    });
  });

  it('takes from the log what was committed and not spooled any more', async () => {
    const dataDir = tempDir();
    const spool = join(dataDir, 'spool.db');
    await inLab(dataDir, lab => {
      connect(lab);
      events(lab, 1, 3);
    });
    copyFileSync(spool, `${spool}.then`);
    await inLab(dataDir, lab => {
      events(lab, 4, 6);
      lab.write("UPDATE events SET summary = 'not among the columns'");
      lab.write("DELETE FROM events WHERE identifier = 'e1'");
    });
    for (const tail of ['', '-wal', '-shm']) rmSync(spool + tail, { force: true });
    copyFileSync(`${spool}.then`, spool);
    await inLab(dataDir, lab => {
      const viewer = connect(lab, { epoch: 1, seq: 2 });
      expect(seqs(viewer)).toEqual([3, 4, 5, 6, 13]);
      expect(viewer.gaps).toEqual([]);
    });
  });

  it('goes on from the common past when a backup was restored, and does not take new seqs for old ones', async () => {
    const dataDir = tempDir();
    const backup = join(tempDir(), 'backup.db');
    const lab = new NotifierLab({ dataDir });
    const viewer = connect(lab);
    events(lab, 1, 10);
    await lab.server.backup(backup);
    events(lab, 11, 20);
    lab.clock.pass(2000);
    lab.notifier.tell([{ type: 'ack', session: viewer.session, view: viewer.opened.get('own')!.view, seq: 15 }]);
    lab.settle();
    await lab.close();
    await restore(backup, dataDir, { force: true, now: 0 });

    await inLab(dataDir, after => {
      const { epoch, seq } = after.server;
      expect(epoch).toBeGreaterThan(1);
      expect(seq).toBe(10);
      for (let i = 0; i < 8; i++) after.send({ identifier: `other${i}`, severity: 4 });
      // One that had confirmed more than is true now, one that had got less, and one that says nothing.
      expect(seqs(connect(after, { epoch: 1, seq: 15 }))).toEqual([11, 12, 13, 14, 15, 16, 17, 18]);
      expect(seqs(connect(after, { epoch: 1, seq: 7 }))).toEqual([11, 12, 13, 14, 15, 16, 17, 18]);
      expect(seqs(connect(after))).toEqual([11, 12, 13, 14, 15, 16, 17, 18]);
      expect(seqs(connect(after, { epoch, seq: 16 }))).toEqual([17, 18]);
    });
  });

  it('starts anew with a snapshot when its spool is lost, for a client that says nothing', async () => {
    const dataDir = tempDir();
    await inLab(dataDir, lab => {
      connect(lab);
      events(lab, 1, 3);
    });
    for (const tail of ['', '-wal', '-shm']) rmSync(join(dataDir, `spool.db${tail}`), { force: true });
    await inLab(dataDir, lab => {
      const returning = connect(lab, { epoch: 1, seq: 1 });
      expect(returning.snaps).toBe(0);
      expect(seqs(returning)).toEqual([2, 3]);
    });
    for (const tail of ['', '-wal', '-shm']) rmSync(join(dataDir, `spool.db${tail}`), { force: true });
    await inLab(dataDir, lab => expect(connect(lab).snaps).toBe(1));
  });

  it('is let go when its client does not come for twice as long as anything is kept, and costs nothing then', () => {
    const lab = new NotifierLab({ spool: { bytesMax: 1e9, ageMsMax: 600_000 }, lingerMs: 0 });
    const later = (ms: number): void => {
      lab.clock.pass(ms);
      lab.notifier.registrar.saf.trim();
    };
    const viewer = connect(lab);
    later(1_800_000); // a client that is there may be quiet
    events(lab, 1, 1);
    lab.clock.pass(2000);
    expect(seqs(viewer)).toEqual([1]);
    lab.leave(viewer);
    lab.settle();
    later(1_100_000);
    expect(lab.notifier.registrar.saf.size).toBe(1);
    later(200_000);
    expect(lab.notifier.registrar.saf.size).toBe(0);
    lab.clock.pass(1);
    expect(lab.notifier.views.size).toBe(0);
    events(lab, 2, 3);
    expect(seqs(connect(lab, { epoch: 1, seq: 1 }))).toEqual([2, 3]);
  });

  it('belongs to the newest connection of its client', async () => {
    await inLab(tempDir(), lab => {
      const older = connect(lab);
      const newer = connect(lab);
      events(lab, 1, 1);
      lab.clock.pass(2000);
      expect(older.errors.map(({ code, id }) => [code, id])).toEqual([['conflict', 'own']]);
      expect(seqs(newer)).toEqual([1]);
    });
  });

  it('sends a long absence at the pace at which its client confirms, without waiting for the interval', async () => {
    await inLab(tempDir(), lab => {
      const away = connect(lab);
      lab.leave(away);
      for (let from = 1; from <= 9001; from += 1000) lab.send(...batch(from, 1000));
      const viewer = connect(lab);
      const { view } = viewer.opened.get('own')!;
      const before = lab.clock.now();
      for (let confirmed = -1; ; ) {
        const last = seqs(viewer).at(-1)!;
        if (last === confirmed) break;
        confirmed = last;
        lab.notifier.tell([{ type: 'ack', session: viewer.session, view, seq: last }]);
        lab.settle();
      }
      expect(seqs(viewer)).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 1));
      expect(lab.clock.now() - before).toBeLessThan(100);
    });
  });
});

function batch(from: number, count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => ({ identifier: `e${from + i}`, severity: 5 }));
}
