import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ApiClient } from '../../../backend/cli/api-client.ts';
import { tailCommand } from '../../../backend/cli/tail-command.ts';
import type { TailLine } from '../../../backend/cli/tail-line.ts';
import { NotifierProcess } from '../../support/notifier-process.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { TestTerminal, type TestTerminalOptions } from './test-terminal.ts';

const PRLIMIT = '/usr/bin/prlimit';
const WAIT = { timeout: 15_000, interval: 20 };
const SERVE = ['--log-level', 'error', '--interval-ms', '50'];

async function serve(dataDir = tempDir(), more: readonly string[] = []) {
  const notifier = await NotifierProcess.serve(dataDir, [...SERVE, ...more]);
  const client = new ApiClient(notifier.origin, 's3cret');
  const send = (...events: Record<string, unknown>[]) =>
    client.events(JSON.stringify(events), { idempotencyKey: crypto.randomUUID(), partial: false });
  return { notifier, origin: notifier.origin, client, send };
}

/** A tail in this process; it ends with the test, as `head` would end it. */
function tail(origin: string, args: readonly string[], options: TestTerminalOptions = {}) {
  const terminal = new TestTerminal(options);
  const done = tailCommand(['--url', origin, ...args], terminal);
  onTestFinished(() => void terminal.stdout.destroy());
  const lines = (): TailLine[] =>
    terminal.out
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as TailLine);
  return { terminal, done, lines, until: (check: () => void) => vi.waitFor(check, WAIT) };
}

const told = (lines: readonly TailLine[]) => lines.map(({ op, row }) => [op, row?.node]);

describe('panelcast tail', { timeout: 60_000 }, () => {
  it.each(['net', 'immediate'])('in mode %s tells the rows that are there, then what changes', async mode => {
    const { client, origin, send } = await serve();
    await send({ identifier: 'a', node: 'a', severity: 5 }, { identifier: 'b', node: 'b', severity: 1 });
    const { lines, until } = tail(origin, ['--mode', mode, '--columns', 'node,severity', 'severity', '>= 3']);
    await until(() => expect(told(lines())).toEqual([['row', 'a']]));
    await send({ identifier: 'b', severity: 4 });
    await until(() => expect(told(lines()).slice(1)).toEqual([['enter', 'b']]));
    await send({ identifier: 'b', severity: 5 });
    await until(() => expect(told(lines()).slice(2)).toEqual([['update', 'b']]));
    await client.sql("DELETE FROM events WHERE identifier = 'a'");
    await until(() => expect(told(lines()).slice(3)).toEqual([['leave', 'a']]));
    expect(Object.keys(lines()[0]!.row!)).toEqual(['serial', 'node', 'severity']);
  });

  it('in mode all tells every change from now on with its seq', async () => {
    const { origin, send } = await serve();
    await send({ identifier: 'old', node: 'old' });
    const { lines, until } = tail(origin, ['--mode', 'all', '--columns', 'node']);
    await vi.waitFor(async () => expect(await (await fetch(`${origin}/api/status`)).text()).toContain('"all"'), WAIT);
    for (let i = 0; i < 3; i++) await send({ identifier: 'x', node: `x${i}` });
    await until(() =>
      expect(told(lines())).toEqual([
        ['enter', 'x0'],
        ['update', 'x1'],
        ['update', 'x2'],
      ]),
    );
    expect(lines().map(({ seq }) => seq)).toEqual([2, 3, 4]);
  });

  it('follows metrics by group', async () => {
    const { origin, send } = await serve();
    await send({ identifier: 'a', site: 'lon', severity: 2 }, { identifier: 'b', site: 'par', severity: 5 });
    const args = ['--metrics', 'count, max(severity) as worst', '--group-by', 'site'];
    const { lines, until } = tail(origin, args);
    await until(() => expect(lines()).toHaveLength(2));
    await send({ identifier: 'c', site: 'lon', severity: 4 });
    await until(() => expect(lines().at(-1)!.row).toEqual({ site: 'lon', count: 2, worst: 4 }));
  });

  it('follows a named view, of rows or of metrics', async () => {
    const { origin, send } = await serve();
    const save = (name: string, view: object) =>
      fetch(`${origin}/api/views/${name}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(view),
      });
    await save('worst', { metrics: [{ fn: 'max', column: 'severity' }], groupBy: ['site'] });
    await save('lon', { filter: "site = 'lon'", columns: ['node'] });
    await send({ identifier: 'a', site: 'lon', node: 'a', severity: 2 }, { identifier: 'b', site: 'par', severity: 5 });
    const metrics = tail(origin, ['--view', 'worst']);
    const rows = tail(origin, ['--view', 'lon']);
    await metrics.until(() => expect(metrics.lines().map(({ op, row }) => [op, row?.site])).toHaveLength(2));
    await rows.until(() => expect(told(rows.lines())).toEqual([['row', 'a']]));
    await send({ identifier: 'a', severity: 4 });
    await metrics.until(() => expect(metrics.lines().slice(2)).toMatchObject([{ op: 'metric', row: { site: 'lon' } }]));
  });

  it('prints for people on a terminal', async () => {
    const { origin, send } = await serve();
    await send({ identifier: 'a', node: 'lon-1', severity: 5, summary: 'link down' });
    const { terminal, until } = tail(origin, [], { isTerminal: true, env: { NO_COLOR: '1' } });
    await until(() => expect(terminal.out).toMatch(/^[\d: -]+ {2}row {5}critical {7}lon-1 {2}link down\n$/));
  });

  it('goes on where it was when the notifier was killed and comes back, and says so once', async () => {
    const dataDir = tempDir();
    const first = await serve(dataDir);
    await first.send({ identifier: 'a', node: 'a' });
    const { lines, terminal, until } = tail(first.origin, ['--columns', 'node']);
    await until(() => expect(lines()).toHaveLength(1));
    first.notifier.child.kill('SIGKILL');
    await first.notifier.ended;
    await until(() => expect(terminal.err).toContain('trying again until it is there'));
    const second = await serve(dataDir, ['--port', new URL(first.origin).port]);
    await second.send({ identifier: 'b', node: 'b' });
    await until(() =>
      expect(told(lines())).toEqual([
        ['row', 'a'],
        ['enter', 'b'],
      ]),
    );
    expect(terminal.err).toMatch(/the notifier is back\n$/);
    expect(terminal.err.split('\n').length).toBeLessThanOrEqual(4);
  });

  it('in mode saf keeps the position of a pipe, and goes on there after it was killed', async () => {
    const { origin, send } = await serve();
    const env = { XDG_STATE_HOME: tempDir() };
    const args = ['tail', '--url', origin, '--mode', 'saf', '--client', 'noc', '--columns', 'node'];
    const seqs: number[] = [];
    let sent = 0;
    for (let life = 0; life < 3; life++) {
      const process = NotifierProcess.start(args, env);
      const lines = () => process.stdout.split('\n').slice(0, -1);
      await vi.waitFor(async () => {
        await send({ identifier: 'x', node: `x${sent++}` });
        expect(lines().length).toBeGreaterThan(5);
      }, WAIT);
      process.child.kill('SIGKILL');
      await process.ended;
      for (const line of lines()) seqs.push((JSON.parse(line) as TailLine).seq!);
      await send({ identifier: 'x', node: `away${life}` });
    }
    const once = [...new Set(seqs)];
    expect(once).toEqual(Array.from({ length: once.length }, (_, i) => once[0]! + i));
    expect(once).toEqual(once.toSorted((a, b) => a - b));
  });

  it('loses its stream to a newer tail of the same client, and says so', async () => {
    const { origin } = await serve();
    const args = ['--mode', 'saf', '--client', 'noc', '--state', join(tempDir(), 'state')];
    const older = tail(origin, args);
    await vi.waitFor(async () => expect(await (await fetch(`${origin}/api/status`)).text()).toContain('"saf"'), WAIT);
    tail(origin, args);
    expect(await older.done).toBe(1);
    expect(older.terminal.err).toBe('panelcast: client "noc" opened this stream on another connection\n');
  });

  it('points at the fault in a filter', async () => {
    const { origin } = await serve();
    const { done, terminal } = tail(origin, ['site = 1 AND sevrity >= 4']);
    expect(await done).toBe(1);
    expect(terminal.err).toContain('panelcast: unknown column "sevrity"');
    expect(terminal.err).toMatch(/\n {2}site = 1 AND sevrity >= 4\n {15}\^\n$/);
  });

  it('sends its token, and does not go on without one', async () => {
    const { origin, send } = await serve(tempDir(), ['--token', 's3cret']);
    await send({ identifier: 'a', node: 'a' });
    const { lines, until } = tail(origin, ['--token', 's3cret', '--columns', 'node']);
    await until(() => expect(told(lines())).toEqual([['row', 'a']]));
    const refused = tail(origin, []);
    expect(await refused.done).toBe(1);
    expect(refused.terminal.err).toContain('--token or PANELCAST_TOKEN');
  });

  it.skipIf(!existsSync('/dev/full'))('ends with one line when what it writes to is full', async () => {
    const { origin, send } = await serve();
    await send({ identifier: 'a', node: 'a' });
    const terminal = new TestTerminal();
    const { env, isTerminal, stderr, stdin } = terminal;
    const full = { env, isTerminal, stderr, stdin, stdout: createWriteStream('/dev/full'), columns: () => 80 };
    expect(await tailCommand(['--url', origin], full)).toBe(1);
    expect(terminal.err).toMatch(/^panelcast: the output cannot be written: ENOSPC[^\n]*\n$/);
  });

  it.skipIf(!existsSync('/dev/full'))('gives a full disk up after --retry-for, and names the file', async () => {
    const { origin, send } = await serve();
    await send({ identifier: 'a', node: 'a' });
    const { done, terminal } = tail(origin, ['--output', '/dev/full', '--retry-for', '300ms']);
    expect(await done).toBe(1);
    const lines = terminal.err.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^panelcast: --output \/dev\/full cannot be written: ENOSPC.*; trying again until it can be$/,
    );
    expect(lines[1]).toMatch(/^panelcast: --output \/dev\/full cannot be written: ENOSPC/);
    expect(lines).toHaveLength(2);
  });

  it.skipIf(!existsSync(PRLIMIT))('waits for room in its file, and then has every change once', async () => {
    const { origin, send } = await serve();
    const file = join(tempDir(), 'tail.ndjson');
    const args = ['tail', '--url', origin, '--mode', 'all', '--columns', 'node', '--output', file];
    const process = NotifierProcess.start(args);
    const room = (bytes: string) => execFileSync(PRLIMIT, ['--pid', String(process.child.pid), `--fsize=${bytes}:`]);
    const nodes = () => (existsSync(file) ? readFileSync(file, 'utf8') : '').match(/"node":"x\d+"/g) ?? [];
    let sent = 0;
    await vi.waitFor(async () => {
      await send({ identifier: 'x', node: `x${sent++}` });
      expect(nodes()).not.toEqual([]);
    }, WAIT);
    const first = Number(nodes()[0]!.match(/\d+/)![0]);
    room(String(statSync(file).size + 100)); // one line has room, and some of the next
    const last = sent + 20;
    while (sent <= last) await send({ identifier: 'x', node: `x${sent++}` });
    await vi.waitFor(() => expect(process.stderr).toContain('trying again until it can be'), WAIT);
    room('unlimited');
    await vi.waitFor(() => expect(nodes()).toContain(`"node":"x${last}"`), WAIT);
    expect(nodes()).toEqual(Array.from({ length: last + 1 - first }, (_, i) => `"node":"x${first + i}"`));
    await vi.waitFor(() => expect(process.stderr).toContain('can be written again'), WAIT);
  });

  it('says once that an interval is below that of the notifier', async () => {
    const { origin, send } = await serve();
    await send({ identifier: 'a', node: 'a' });
    const { lines, terminal, until } = tail(origin, ['--interval', '5ms']);
    await until(() => expect(lines()).toHaveLength(1));
    expect(terminal.err).toBe('panelcast: --interval 5ms is 50ms here, the notifier’s own\n');
  });

  it('gives up when the notifier is away for too long', async () => {
    const { done, terminal } = tail('http://127.0.0.1:59999', ['--retry-for', '300ms']);
    expect(await done).toBe(1);
    expect(terminal.err).toContain('connection refused; is `panelcast serve` running there?');
  });

  it.each([
    [['--mode', 'saff'], '--mode is one of net, all, immediate, saf, not "saff"; did you mean saf?'],
    [['--mode', 'saf'], '--mode saf needs --client <name>'],
    [['--metrics', 'max(severity'], 'cannot read "max(severity"'],
    [['--metrics', 'most(severity)'], '--metrics is one of count'],
    [['--interval', 'often'], '--interval is a time such as'],
    [['--interval', '5'], 'not "5"'],
    [['--mode', 'all', '--output', 'x', '--format', 'text'], 'needs --format json'],
    [['--colums', 'node'], 'nknown option'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { done, terminal } = tail('http://127.0.0.1:9', args);
    expect(await done).toBe(2);
    expect(terminal.err).toContain(message);
    expect(terminal.err.trim().split('\n')).toHaveLength(1);
  });

  it('helps, and names each of its options', async () => {
    const { done, terminal } = tail('http://127.0.0.1:9', ['--help']);
    expect(await done).toBe(0);
    const source = readFileSync(join(import.meta.dirname, '../../../backend/cli/tail-options.ts'), 'utf8');
    const names = [...source.matchAll(/^ {2}'?([\w-]+)'?: \{ type: '/gm)].map(match => match[1]!);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(terminal.out).toContain(`--${name}`);
  });
});
