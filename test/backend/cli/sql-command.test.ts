import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqlCommand } from '../../../backend/cli/sql-command.ts';
import { TestNotifier } from './test-notifier.ts';
import { TestTerminal, type TestTerminalOptions } from './test-terminal.ts';

const SCHEMA = { tables: [{ name: 'events', columns: [{ name: 'serial' }, { name: 'severity' }] }] };
const ROWS = { columns: ['serial', 'site'], rows: [[1, 'lon']], seq: 7 };

function notifier(answers: Record<string, unknown> = {}) {
  return TestNotifier.start(({ path, body }, reply) => {
    if (path === '/api/schema') return SCHEMA;
    const { sql } = body as { sql: string };
    const answer = answers[sql] ?? ROWS;
    if (answer === 'refuse') {
      const error = { code: 'bad-sql', message: 'no such column: sevrity', position: 7 };
      return reply.code(400).send({ error });
    }
    return answer;
  });
}

async function run(args: string[], options: TestTerminalOptions & { server?: TestNotifier } = {}) {
  const { server, ...terminalOptions } = options;
  const terminal = new TestTerminal(terminalOptions);
  const code = await sqlCommand(server ? ['--url', server.url, ...args] : args, terminal);
  return { code, out: terminal.out, err: terminal.err };
}

describe('panelcast sql', () => {
  it('prints a table on a terminal and CSV in a pipe', async () => {
    await using server = await notifier();
    expect(await run(['SELECT 1'], { server, isTerminal: true })).toEqual({
      code: 0,
      out: 'serial  site\n──────  ────\n     1  lon\n1 row\n',
      err: '',
    });
    expect(await run(['SELECT 1'], { server })).toEqual({ code: 0, out: 'serial,site\n1,lon\n', err: '' });
    expect((await run(['--format', 'json', 'SELECT 1'], { server })).out).toBe('[\n{"serial":1,"site":"lon"}\n]\n');
  });

  it('sends the token, the statement and its parameters', async () => {
    await using server = await notifier();
    await run(['--token', 's3cret', '--params', '["lon"]', 'SELECT ?'], { server });
    await run(['SELECT 1'], { env: { PANELCAST_URL: server.url, PANELCAST_TOKEN: 'fromenv' } });
    const file = join(mkdtempSync(join(tmpdir(), 'panelcast-token-')), 'token');
    writeFileSync(file, 'fromfile\n');
    await run(['SELECT 1'], { env: { PANELCAST_URL: server.url, PANELCAST_TOKEN_FILE: file } });
    expect(server.requests.map(({ body, headers }) => [body, headers.authorization])).toEqual([
      [{ sql: 'SELECT ?', params: ['lon'] }, 'Bearer s3cret'],
      [{ sql: 'SELECT 1' }, 'Bearer fromenv'],
      [{ sql: 'SELECT 1' }, 'Bearer fromfile'],
    ]);
  });

  it('says what a write changed', async () => {
    await using server = await notifier({ 'DELETE FROM events': { changes: 2, seq: 9 } });
    expect((await run(['DELETE FROM events'], { server, isTerminal: true })).out).toBe('2 rows changed, at seq 9\n');
  });

  it('runs the statements of a pipe in order and stops at the first that is refused', async () => {
    await using server = await notifier({ 'SELECT sevrity': 'refuse' });
    const { code, err } = await run([], { server, input: "SELECT ';';\nSELECT sevrity; SELECT 3" });
    expect(code).toBe(1);
    expect(err).toBe('panelcast: no such column: sevrity\n  SELECT sevrity\n         ^\n');
    expect(server.requests.map(({ body }) => body)).toEqual([{ sql: "SELECT ';'" }, { sql: 'SELECT sevrity' }]);
  });

  it('warns on standard error when the answer was cut off', async () => {
    await using server = await notifier({ 'SELECT 1': { ...ROWS, truncated: 'rows' } });
    expect((await run(['SELECT 1'], { server })).err).toContain('cut off at its limit');
  });

  it('says that the notifier cannot be reached, and what to do', async () => {
    const server = await notifier();
    await server[Symbol.asyncDispose]();
    expect(await run(['SELECT 1'], { server })).toMatchObject({
      code: 1,
      err: `panelcast: cannot reach ${server.url}: connection refused; is \`panelcast serve\` running there?\n`,
    });
  });

  it('says where a token goes when one is needed', async () => {
    await using server = await TestNotifier.start((_, reply) =>
      reply.code(403).send({ error: { code: 'forbidden', message: 'a token is needed' } }),
    );
    expect((await run(['SELECT 1'], { server })).err).toBe(
      'panelcast: a token is needed (--token or PANELCAST_TOKEN)\n',
    );
  });

  it('names the token for none of the refusals that it would not mend', async () => {
    const message = 'the quotation that begins after "token" is not closed';
    await using server = await TestNotifier.start((_, reply) =>
      reply.code(400).send({ error: { code: 'bad-sql', message } }),
    );
    expect((await run(["SELECT 'token"], { server })).err).toBe(`panelcast: ${message}\n`);
  });

  it('makes sense of an answer that is not Panelcast’s', async () => {
    await using server = await TestNotifier.start((_, reply) => reply.code(502).send('<html>bad gateway'));
    expect((await run(['SELECT 1'], { server })).err).toContain(`${server.url} answered 502`);
  });

  it.each([
    [['--format', 'xml', 'SELECT 1'], '--format is one of table, csv, json, not "xml"'],
    [['--params', '{', 'SELECT ?'], '--params must be JSON'],
    [['--params', '5', 'SELECT ?'], '--params must be JSON such as'],
    [['--url', 'localhost:4100', 'SELECT 1'], '--url must be an http address, not "localhost:4100"'],
    [['--fromat', 'csv'], 'unknown option --fromat; did you mean --format?'],
    [[], 'there is no statement'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, err } = await run(args, { input: '' });
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('names all options that it does not know, a line each', async () => {
    expect((await run(['--fromat', 'csv', '--parms=x', 'SELECT 1'], { input: '' })).err).toBe(
      'panelcast: unknown option --fromat; did you mean --format?\n' +
        'panelcast: unknown option --parms; did you mean --params?\n',
    );
  });

  it('helps', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('Usage: panelcast sql');
  });

  it('ends quietly when the reader of its output went away', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => [i, 'x'.repeat(100)]);
    await using server = await notifier({ 'SELECT 1': { ...ROWS, rows } });
    const terminal = new TestTerminal();
    terminal.stdout.removeAllListeners('data').destroy();
    expect(await sqlCommand(['--url', server.url, 'SELECT 1'], terminal)).toBe(0);
  });
});

describe('the prompt of panelcast sql', () => {
  const folder = mkdtempSync(join(tmpdir(), 'panelcast-prompt-'));

  async function prompt(server: TestNotifier, converse: (terminal: TestTerminal) => Promise<void>) {
    const terminal = new TestTerminal({ isTerminal: true, env: { XDG_STATE_HOME: folder } });
    const done = sqlCommand(['--url', server.url], terminal);
    await terminal.see('panelcast> ');
    await converse(terminal);
    terminal.type('\x04');
    expect(await done).toBe(0);
  }

  it('runs statements that span lines, completes, shows faults, recalls, and remembers', async () => {
    await using server = await notifier({ 'SELECT sevrity': 'refuse' });
    await prompt(server, async terminal => {
      terminal.type('SELECT serial\r');
      await terminal.see('... ');
      terminal.type('FROM ev');
      await terminal.see('FROM ev');
      terminal.type('\t');
      await terminal.see('ents');
      terminal.type(';\r');
      await terminal.see('1 row');
      expect(server.requests.at(-1)!.body).toEqual({ sql: 'SELECT serial\nFROM events' });

      terminal.type('SELECT sevrity;\r');
      await terminal.see('  SELECT sevrity\n         ^');

      terminal.type('\x1b[A\x1b[A\r');
      await terminal.see('1 row');
      expect(server.requests.at(-1)!.body).toEqual({ sql: 'SELECT serial FROM events' });

      terminal.type('.tables\r');
      await terminal.see('events');
    });
    expect(readFileSync(join(folder, 'panelcast', 'history'), 'utf8')).toBe(
      'SELECT sevrity;\nSELECT serial FROM events;\n',
    );

    await prompt(server, async terminal => {
      terminal.type('\x1b[A\r');
      await terminal.see('1 row');
      expect(server.requests.at(-1)!.body).toEqual({ sql: 'SELECT serial FROM events' });
    });
    rmSync(folder, { recursive: true });
  });

  it('runs several statements that are pasted at once, in order', async () => {
    await using server = await notifier();
    await prompt(server, async terminal => {
      terminal.type("SELECT 1; SELECT\r2;\rSELECT ';';\r");
      await terminal.see('1 row');
    });
    const asked = server.requests.filter(({ path }) => path === '/api/sql').map(({ body }) => body);
    expect(asked).toEqual([{ sql: 'SELECT 1' }, { sql: 'SELECT\n2' }, { sql: "SELECT ';'" }]);
  });

  it('forgets what is typed, or stops what runs, at Ctrl-C', async () => {
    await using server = await TestNotifier.start(({ path, body }) => {
      if (path === '/api/schema') return SCHEMA;
      return (body as { sql: string }).sql === 'SELECT slow' ? new Promise(() => undefined) : ROWS;
    });
    await prompt(server, async terminal => {
      terminal.type('SELECT nonsense\rmore of it\x03');
      await terminal.see('panelcast> ');
      terminal.type('SELECT slow;\r');
      await terminal.see('SELECT slow;');
      await expect.poll(() => server.requests.length).toBe(2);
      terminal.type('\x03');
      await terminal.see('panelcast: cancelled');
      terminal.type('SELECT 1;\r');
      await terminal.see('1 row');
    });
    expect(server.requests.at(-1)!.body).toEqual({ sql: 'SELECT 1' });
  });

  it('is of use without a schema', async () => {
    await using server = await TestNotifier.start(({ path }, reply) =>
      path === '/api/schema' ? reply.code(503).send({ error: { code: 'overloaded', message: 'busy' } }) : ROWS,
    );
    await prompt(server, async terminal => {
      expect(terminal.err).toContain('busy; going on without names to complete');
      terminal.type('SELECT 1;\r');
      await terminal.see('1 row');
    });
  });
});
