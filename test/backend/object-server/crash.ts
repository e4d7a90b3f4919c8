import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { Change } from '../../../backend/object-server/change.ts';
import type { StoreMode } from '../../../backend/object-server/lifetime.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import type { Key, Row } from '../../../backend/protocol/schema.ts';
import { SimClock } from '../../support/sim-clock.ts';

/** A write that the process had answered before it ended. */
export interface Acknowledged {
  readonly first: number;
  readonly count: number;
  readonly seq: number;
}

export function acknowledgements(output: string): Acknowledged[] {
  return [...output.matchAll(/^ack (\d+) (\d+) (\d+)\n/gm)].map(([, first, count, seq]) => ({
    first: Number(first),
    count: Number(count),
    seq: Number(seq),
  }));
}

/** Lets the writing process run for so long after it has opened its store, and kills it at once. */
export async function runAndKill(
  dataDir: string,
  mode: StoreMode,
  start: number,
  afterMs: number,
): Promise<Acknowledged[]> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'crash-writer.ts'), dataDir, mode, `${start}`, '0'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs));
  await once(child, 'close');
  expect(child.signalCode).toBe('SIGKILL');
  return acknowledgements(output);
}

/**
 * What must hold of a data directory however its process ended: everything acknowledged is there, whole, with the seq
 * that was told; the log and the rows tell the same; the file is sound. Answers the highest number that it has seen.
 */
export async function checkSurvivors(
  dataDir: string,
  mode: StoreMode,
  acknowledged: readonly Acknowledged[],
): Promise<number> {
  const server = ObjectServer.open({ dataDir, mode, clock: new SimClock(Date.now()), logBytesMax: 1e6 });
  try {
    const { first, head } = server.bounds;
    const changes = server.readChanges(first, Number.MAX_SAFE_INTEGER)!;
    expect(changes.map(change => change.seq)).toEqual(Array.from({ length: head - first + 1 }, (_, i) => first + i));
    checkReplay(server, changes);
    checkBatches(changes);
    for (const ack of acknowledged) await checkAcknowledged(server, ack);
    const rows = server.select('events', { columns: ['class'] });
    return Math.max(0, ...rows.flat().map(Number));
  } finally {
    await server.close();
    const db = new DatabaseSync(join(dataDir, 'panelcast.db'), { readOnly: true });
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
  }
}

function checkReplay(server: ObjectServer, changes: readonly Change[]): void {
  const rows = new Map<Key, Row>();
  for (const { key, before, after } of changes) {
    if (rows.has(key)) expect(before).toEqual(rows.get(key));
    rows.set(key, after!);
  }
  for (const row of server.select('events')) if (rows.has(row[1] as Key)) expect(rows.get(row[1] as Key)).toEqual(row);
}

/** A batch is in the log from its first to its last event in one piece; only the oldest may be trimmed in the middle. */
function checkBatches(changes: readonly Change[]): void {
  const places = changes.map(({ after }) => /^(\d+) of (\d+)$/.exec(String(after![14]))!.slice(1).map(Number));
  places.forEach(([place, of], i) => {
    if (i === 0) return;
    const [placeBefore, ofBefore] = places[i - 1]!;
    const follows = placeBefore === ofBefore ? place === 1 : place === placeBefore! + 1 && of === ofBefore;
    if (!follows) expect.fail(`${placeBefore} of ${ofBefore} is followed by ${place} of ${of}`);
  });
  const last = places.at(-1);
  if (last) expect(last[0]).toBe(last[1]);
}

/** The number is there or a later one has taken its row, and sending it again is answered as it was. */
async function checkAcknowledged(server: ObjectServer, { first, count, seq }: Acknowledged): Promise<void> {
  expect(server.seq).toBeGreaterThanOrEqual(seq);
  const last = first + count - 1;
  const [row] = server.select('events', {
    columns: ['class'],
    where: { sql: 'identifier = ?', params: [`e${last % 500}`] },
  });
  expect(Number(row![0]) % 500).toBe(last % 500);
  const again = server.intake([], { idempotency: { key: `b${first}`, hash: `${count}` } });
  server.drain();
  expect(await again).toEqual({ accepted: count, seq });
}
