import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import { sendCommand } from '../../../backend/cli/send-command.ts';
import { type Recorded, TestNotifier } from './test-notifier.ts';
import { TestTerminal, type TestTerminalOptions } from './test-terminal.ts';

const eventsOf = ({ body }: Recorded) => body as { n: number }[];
const acceptAll = (request: Recorded): unknown => ({ accepted: eventsOf(request).length, seq: 1 });
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join('');
const refuse = (reply: FastifyReply, status: number, error: object) => reply.code(status).send({ error });

async function send(server: TestNotifier | string, args: string[], options: TestTerminalOptions) {
  const terminal = new TestTerminal(options);
  const url = typeof server === 'string' ? server : server.url;
  const code = await sendCommand(['--url', url, ...args], terminal);
  return { code, out: terminal.out, err: terminal.err };
}

describe('panelcast send', () => {
  it('sends in batches of at most a thousand, in order, and says what became of them', async () => {
    await using server = await TestNotifier.start(acceptAll);
    expect(await send(server, [], { input: numbered(2_500) })).toEqual({
      code: 0,
      out: 'sent 2500, accepted 2500, rejected 0\n',
      err: '',
    });
    expect(server.requests.map(request => eventsOf(request).length)).toEqual([1_000, 1_000, 500]);
    expect(server.requests.flatMap(eventsOf).map(({ n }) => n)).toEqual(Array.from({ length: 2_500 }, (_, n) => n));
    expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(3);
  });

  it('sends batches of at most a mebibyte', async () => {
    await using server = await TestNotifier.start(acceptAll);
    const input = Array.from({ length: 20 }, () => `{"summary":"${'é'.repeat(100_000)}"}\n`).join('');
    expect((await send(server, [], { input })).code).toBe(0);
    expect(server.requests.map(request => eventsOf(request).length)).toEqual([5, 5, 5, 5]);
    for (const { bytes } of server.requests) expect(bytes).toBeLessThanOrEqual(2 ** 20);
  });

  it('takes an array or an object, from a file or from standard input', async () => {
    await using server = await TestNotifier.start(acceptAll);
    const folder = mkdtempSync(join(tmpdir(), 'panelcast-send-'));
    const file = join(folder, 'events.json');
    writeFileSync(file, JSON.stringify([{ n: 1 }, { n: 2 }], null, 2));
    expect((await send(server, [file], {})).out).toBe('sent 2, accepted 2, rejected 0\n');
    expect((await send(server, ['-'], { input: '{\n  "n": 3\n}' })).out).toBe('sent 1, accepted 1, rejected 0\n');
    expect(server.requests.flatMap(eventsOf)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    rmSync(folder, { recursive: true });
  });

  it('reads no faster than it sends', async () => {
    let read = 0;
    let ahead = 0;
    await using server = await TestNotifier.start(request => {
      ahead = Math.max(ahead, read - Number(eventsOf(request)[0]!.n));
      return acceptAll(request);
    });
    const input = (async function* () {
      for (; read < 50_000; read += 500) {
        yield Array.from({ length: 500 }, (_, i) => `{"n":${read + i},"summary":"${'x'.repeat(200)}"}\n`).join('');
      }
    })();
    expect((await send(server, [], { input })).out).toBe('sent 50000, accepted 50000, rejected 0\n');
    expect(ahead).toBeLessThan(5_000);
  });

  it('tries a batch again under the same key when the notifier is busy', async () => {
    let calls = 0;
    await using server = await TestNotifier.start((request, reply) => {
      calls++;
      if (calls === 1)
        return refuse(reply.header('retry-after', '0'), 429, { code: 'rate-limited', message: 'slower' });
      if (calls === 2) return reply.code(503).send('no JSON');
      return acceptAll(request);
    });
    expect(await send(server, [], { input: numbered(3) })).toMatchObject({
      code: 0,
      out: 'sent 3, accepted 3, rejected 0\n',
    });
    expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('gives up on a notifier that is not there when its time is over', async () => {
    const first = await TestNotifier.start(acceptAll);
    const { url } = first;
    await first[Symbol.asyncDispose]();
    const sending = send(url, ['--retry-for', '1ms'], { input: numbered(1) });
    expect(await sending).toMatchObject({
      code: 1,
      out: 'sent 0, accepted 0, rejected 0\n',
      err: expect.stringContaining('line 1 was not taken: cannot reach'),
    });
  });

  it('stops at a batch that is refused, and names the line', async () => {
    await using server = await TestNotifier.start((request, reply) => {
      if (eventsOf(request)[0]!.n === 0) return acceptAll(request);
      return refuse(reply, 400, { code: 'bad-event', message: 'event 2: unknown column "nod"; did you mean "node"?' });
    });
    expect(await send(server, [], { input: numbered(3_000) })).toEqual({
      code: 1,
      out: 'sent 2000, accepted 1000, rejected 1000\n',
      err: 'panelcast: lines 1001 to 2000 were not taken: line 1003: unknown column "nod"; did you mean "node"?\n',
    });
    expect(server.requests).toHaveLength(2);
    await using strict = await TestNotifier.start((_, reply) =>
      refuse(reply, 400, { code: 'bad-event', message: 'event 0: unknown column "nod"' }),
    );
    const { err } = await send(strict, [], { input: '{"n":7}\n' });
    expect(err).toBe('panelcast: line 1 was not taken: unknown column "nod"\n');
  });

  it('sends what stands before a line that is no event, and nothing from there on', async () => {
    await using server = await TestNotifier.start(acceptAll);
    expect(await send(server, [], { input: '{"n":1}\n{"n":\n{"n":3}\n' })).toEqual({
      code: 1,
      out: 'sent 1, accepted 1, rejected 0\n',
      err: expect.stringContaining('line 2: the event'),
    });
    expect(server.requests.flatMap(eventsOf)).toEqual([{ n: 1 }]);
  });

  it('with --partial takes the good events and names the bad ones', async () => {
    await using server = await TestNotifier.start(request => {
      const bad = eventsOf(request).findIndex(({ n }) => n === 3);
      const rejected = bad === -1 ? [] : [{ index: bad, message: `event ${bad}: severity must be 0 to 5` }];
      return { accepted: eventsOf(request).length - rejected.length, seq: 1, rejected };
    });
    expect(await send(server, ['--partial'], { input: '{"n":1}\noops\n{"n":3}\n{"n":4}\n' })).toEqual({
      code: 1,
      out: 'sent 4, accepted 2, rejected 2\n',
      err: expect.stringMatching(
        /^panelcast: line 2: expected an event.*\npanelcast: line 3: severity must be 0 to 5\n$/,
      ),
    });
    expect(server.requests.every(({ path }) => path === '/api/events?partial=true')).toBe(true);
  });

  it('names no more than twenty of the bad events', async () => {
    await using server = await TestNotifier.start(acceptAll);
    const { out, err } = await send(server, ['--partial'], { input: 'oops\n'.repeat(100) });
    expect(out).toBe('sent 100, accepted 0, rejected 100\n');
    expect(err.trim().split('\n')).toHaveLength(21);
  });

  it('shows its progress on a terminal and takes it away again', async () => {
    await using server = await TestNotifier.start(acceptAll);
    const { err, out } = await send(server, [], { input: numbered(10), isTerminal: true });
    const redrawn = '\r\x1b[K';
    const line = expect.stringMatching(/^sent 10, accepted 10, rejected 0 \(\d+\/s\)$/);
    expect(err.split(redrawn)).toEqual(['', line, '']);
    expect(out).toBe('sent 10, accepted 10, rejected 0\n');
  });

  it('has nothing to do with an empty input', async () => {
    await using server = await TestNotifier.start(acceptAll);
    expect(await send(server, [], { input: '' })).toEqual({
      code: 0,
      out: 'sent 0, accepted 0, rejected 0\n',
      err: '',
    });
    expect(server.requests).toEqual([]);
  });

  it.each([
    [['/no/such/file'], 'cannot read /no/such/file'],
    [['a', 'b'], 'one file at a time'],
    [['--retry-for', 'soon'], '--retry-for is a time such as 500ms, 5s or 1m, not "soon"'],
    [['--retry-for', '5'], 'not "5"'],
    [['--bulk'], 'unknown option --bulk'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, err } = await send('http://127.0.0.1:1', args, { input: '' });
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
