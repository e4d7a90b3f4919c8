import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SelectAnswer } from '../../backend/cli/api-client.ts';
import { ApiClient } from '../../backend/cli/api-client.ts';
import { NotifierProcess } from '../support/notifier-process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { ProtocolDocument } from './protocol-document.ts';

const PASTED = new ProtocolDocument().client;
const WAIT = { timeout: 15_000, interval: 50 };
/** What the pasted client asks, as SQL. */
const SELECT = 'SELECT serial, node, severity, summary FROM events WHERE severity >= 4 ORDER BY serial';

/** The client of the document as a program of its own; the test only gives it the address, and asks for its rows. */
async function paste(origin: string) {
  const file = join(tempDir(), 'client.mjs');
  const asking = 'process.on("message", () => process.send([...rows.values()]));';
  writeFileSync(file, `${PASTED.replace('ws://127.0.0.1:4100', origin.replace('http', 'ws'))}\n${asking}\n`);
  const child = fork(file, { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return async () => {
    child.send('rows');
    const [rows] = (await once(child, 'message')) as [{ serial: number }[]];
    return rows.toSorted((a, b) => a.serial - b.serial);
  };
}

describe('the client in PROTOCOL.md', () => {
  it('fits on a page', () => {
    expect(PASTED.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });

  it('has the rows of SELECT, also after the notifier was killed and came back', { timeout: 60_000 }, async () => {
    const dataDir = tempDir();
    const first = await NotifierProcess.serve(dataDir, ['--log-level', 'error', '--interval-ms', '50']);
    const client = new ApiClient(first.origin);
    const same = async (): Promise<number> => {
      const { columns, rows } = (await client.sql(SELECT)) as SelectAnswer;
      const selected = rows.map(row => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
      expect(await rowsOfClient()).toEqual(selected);
      return selected.length;
    };
    const send = (events: number, severity: (i: number) => number) =>
      client.events(
        JSON.stringify(
          Array.from({ length: events }, (_, i) => ({ identifier: `e${i}`, node: `n${i}`, severity: severity(i) })),
        ),
        { idempotencyKey: crypto.randomUUID(), partial: false },
      );
    await send(40, i => i % 6);
    const rowsOfClient = await paste(first.origin);
    await vi.waitFor(async () => expect(await same()).toBe(12), WAIT);

    await send(30, i => (i + 3) % 6);
    await client.sql("DELETE FROM events WHERE identifier = 'e1'");
    await vi.waitFor(same, WAIT);

    first.child.kill('SIGKILL');
    await first.ended;
    const { port } = new URL(first.origin);
    await NotifierProcess.serve(dataDir, ['--log-level', 'error', '--interval-ms', '50', '--port', port]);
    await send(60, i => (i + 1) % 6);
    await vi.waitFor(async () => expect(await same()).toBeGreaterThan(12), WAIT);
  });
});
