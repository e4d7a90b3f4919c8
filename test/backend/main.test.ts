import { once } from 'node:events';
import { existsSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type Ended, NotifierProcess } from '../support/notifier-process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { RawConnection } from '../support/test-server.ts';

/** What a mistake of the one who starts it looks like: its lines on standard error, nothing else, exit code 2. */
function mistakes({ code, stderr, stdout }: Ended): string[] {
  expect(stdout).toBe('');
  const lines = stderr.trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(/^panelcast: /);
  expect(code).toBe(2);
  return lines.map(line => line.slice('panelcast: '.length));
}

function serve(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  return NotifierProcess.run(['serve', '--port', '0', '--log-level', 'warn', ...args], options);
}

async function quietServe(dataDir: string, args: readonly string[] = []) {
  return NotifierProcess.serve(dataDir, ['--log-level', 'warn', ...args]);
}

async function connectTo(origin: string): Promise<RawConnection> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const connection = new RawConnection(socket);
  await once(socket, 'connect');
  return connection;
}

describe('starting with a mistake', () => {
  it('tells a wrong option', async () => {
    expect(mistakes(await serve(['--intervl-ms', '5s']))).toEqual([
      'unknown option --intervl-ms; did you mean --interval-ms?',
    ]);
  });

  it('tells two wrong options together', async () => {
    expect(mistakes(await serve(['--store', 'tape', '--demo-rate=lots']))).toEqual([
      '--store: store must be one of durable, fast, dump, not "tape"',
      '--demo-rate: demoRate must be a whole number from 1 to 100000, not "lots"',
    ]);
  });

  it('tells the line of a file that is no YAML', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'panelcast.yaml'), 'host: 127.0.0.1\n{{{{ : [ nonsense\n\t- "x\n');
    const [line, ...more] = mistakes(await serve([], { cwd }));
    expect(line).toMatch(/^panelcast\.yaml:[23]: /);
    expect(more).toEqual([]);
  });

  it('tells that the port is taken, and leaves the folder free', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const dataDir = tempDir();
    expect(mistakes(await serve(['--port', `${port}`, '--data-dir', dataDir]))).toEqual([
      `port ${port} on 127.0.0.1 is taken; stop what holds it, or choose another with --port`,
    ]);
    await quietServe(dataDir);
  });

  it('tells that it may not listen to the network without a token', async () => {
    expect(mistakes(await serve(['--host', '0.0.0.0', '--data-dir', tempDir()]))[0]).toContain('set PANELCAST_TOKEN');
  });

  it('tells which file of saved names is damaged, and where', async () => {
    const dataDir = tempDir();
    writeFileSync(join(dataDir, 'names.json'), '{"filters": {\n  "lon" 5}}');
    expect(mistakes(await serve(['--data-dir', dataDir]))).toEqual([
      `${dataDir}/names.json is damaged: Expected ':' after property name in JSON at position 22 (line 2 column 9); mend it, or move it away to start without saved names`,
    ]);
  });

  it('tells that the folder cannot be made below a file', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    expect(mistakes(await serve(['--data-dir', join(file, 'data')]))).toEqual([
      `dataDir ${file}/data cannot be written (ENOTDIR); choose another with --data-dir`,
    ]);
  });

  it.runIf(existsSync('/proc/self'))('tells that the file system takes no folders', async () => {
    expect(mistakes(await serve(['--data-dir', '/proc/panelcast/data']))).toEqual([
      'dataDir /proc/panelcast/data cannot be written (ENOENT); choose another with --data-dir',
    ]);
  });

  it('tells who has the folder, and leaves it to them', async () => {
    const dataDir = tempDir();
    const first = await quietServe(dataDir);
    expect(mistakes(await serve(['--data-dir', dataDir]))).toEqual([
      `dataDir ${dataDir} is in use by the notifier with pid ${first.child.pid}; stop it, or choose another with --data-dir`,
    ]);
    expect((await fetch(`${first.origin}/readyz`)).status).toBe(200);
  });
});

describe('running', () => {
  it('says where to look in at most three lines', async () => {
    const notifier = await quietServe(tempDir());
    notifier.child.kill('SIGTERM');
    const { stdout } = await notifier.ended;
    expect(stdout).toContain(`${notifier.origin}/`);
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  });

  it('starts again after kill -9 without being cleaned up', async () => {
    const dataDir = tempDir();
    const killed = await quietServe(dataDir);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const next = await quietServe(dataDir);
    expect((await fetch(`${next.origin}/readyz`)).status).toBe(200);
    next.child.kill('SIGTERM');
    expect((await next.ended).code).toBe(0);
  });

  it('keeps its data where it was told, and leaves the folder it was started in alone', async () => {
    const cwd = mkdtempSync(join(tempDir(), 'cwd-'));
    const dataDir = tempDir();
    const ended = await NotifierProcess.run(['check', '--data-dir', dataDir], { cwd });
    expect(ended.code).toBe(0);
    rmdirSync(cwd); // fails when something was left in it
  });
});

/** Half of a request whose other half has not come yet. */
const BODY = JSON.stringify({ identifier: 'in flight', summary: 'x'.repeat(200) });
const HEAD = `POST /api/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n`;

/** The head and the JSON of an answer, which must have come whole. */
function wholeAnswer(raw: string): unknown {
  const [head, body] = [raw.slice(0, raw.indexOf('\r\n\r\n')), raw.slice(raw.indexOf('\r\n\r\n') + 4)];
  expect(head).toMatch(/^HTTP\/1\.1 \d{3} /);
  expect(Buffer.byteLength(body)).toBe(Number(/content-length: (\d+)/i.exec(head)?.[1]));
  return JSON.parse(body);
}

/** One that waits for the other half, one between two requests, and one opened ahead of need. */
async function connections(origin: string) {
  const [busy, idle, unused] = await Promise.all([connectTo(origin), connectTo(origin), connectTo(origin)]);
  busy.send(HEAD + BODY.slice(0, 50));
  idle.send('GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  await idle.until('{"status":"ok"}');
  return { busy, idle, unused };
}

describe('stopping', () => {
  it('answers what is in flight, lets the idle go, and ends with 0 well within its time', async () => {
    const notifier = await quietServe(tempDir());
    const { busy, idle, unused } = await connections(notifier.origin);
    const asked = performance.now();
    notifier.child.kill('SIGTERM');
    await Promise.all([idle.whole, unused.whole]);
    busy.send(BODY.slice(50));
    wholeAnswer(await busy.whole);
    expect(await notifier.ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(5000);
  });

  it('does not wait for a connection whose request was refused before it had come whole', async () => {
    const notifier = await quietServe(tempDir());
    const refused = await connectTo(notifier.origin);
    refused.send(`POST /nowhere HTTP/1.1\r\nhost: elsewhere\r\ncontent-length: 4\r\n\r\n12`);
    await refused.until('HTTP/1.1 4');
    const asked = performance.now();
    notifier.child.kill('SIGTERM');
    refused.send('34');
    expect((await notifier.ended).code).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5000);
  });

  it('says goodbye to a viewer, in a message that is whole, and closes its socket as going away', async () => {
    const notifier = await quietServe(tempDir());
    const viewer = new WebSocket(`${notifier.origin.replace('http', 'ws')}/api/live`, 'panelcast.v1');
    onTestFinished(() => viewer.terminate());
    const messages: { type: string }[] = [];
    viewer.on('message', data => messages.push(JSON.parse(String(data))));
    await once(viewer, 'open');
    viewer.send('{"type":"hello","protocol":"panelcast.v1"}');
    viewer.send('{"type":"open","id":"a","request":{"filter":"severity >= 4"}}');
    await expect.poll(() => messages.map(message => message.type)).toContain('snap');
    const asked = performance.now();
    notifier.child.kill('SIGTERM');
    const [code] = await once(viewer, 'close');
    expect(messages.at(-1)).toMatchObject({ type: 'bye', retryAfterMs: expect.any(Number) });
    expect(code).toBe(1001);
    expect((await notifier.ended).code).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5000);
  });

  it('takes no new connection while it stops', async () => {
    const notifier = await quietServe(tempDir());
    const { busy, idle } = await connections(notifier.origin);
    notifier.child.kill('SIGTERM');
    await idle.whole;
    await expect(fetch(`${notifier.origin}/healthz`)).rejects.toThrow();
    busy.send(BODY.slice(50));
    expect((await notifier.ended).code).toBe(0);
  });

  it('ends at once on a second signal', async () => {
    const notifier = await quietServe(tempDir());
    const { idle } = await connections(notifier.origin);
    notifier.child.kill('SIGTERM');
    await idle.whole; // it has begun to stop, and waits for the other half
    const again = performance.now();
    const impatient = setInterval(() => notifier.child.kill('SIGINT'), 20);
    onTestFinished(() => clearInterval(impatient));
    expect(await notifier.ended).toMatchObject({ code: 1, signal: null });
    expect(performance.now() - again).toBeLessThan(1000);
  });

  it('takes a signal that comes twice at once, as to the group and to the process, for one', async () => {
    const notifier = await quietServe(tempDir());
    notifier.child.kill('SIGTERM');
    notifier.child.kill('SIGINT');
    expect(await notifier.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('takes %s for a request to stop', async signal => {
    const notifier = await quietServe(tempDir());
    notifier.child.kill(signal);
    expect(await notifier.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it('ends in order when the signal comes while it starts', async () => {
    const dataDir = tempDir();
    const notifier = NotifierProcess.start(['serve', '--port', '0', '--data-dir', dataDir, '--log-level', 'warn']);
    await expect.poll(() => existsSync(join(dataDir, 'panelcast.pid')), { interval: 1 }).toBe(true);
    notifier.child.kill('SIGTERM');
    expect(await notifier.ended).toMatchObject({ code: 0, signal: null });
    await quietServe(dataDir);
  });
});
