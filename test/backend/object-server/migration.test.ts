import { describe, expect, it } from 'vitest';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { parseColumns, parseTables } from '../../../backend/object-server/table-schema.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { done, openServer } from './open-server.ts';

const LINK = {
  name: 'link',
  primaryKey: 'id',
  columns: [
    { name: 'id', type: 'integer' },
    { name: 'name', type: 'text' },
    { name: 'load', type: 'integer', nullable: false, default: 0 },
  ],
};

/** A data directory whose database has the table LINK with so many rows. */
async function directoryWith(rows: number): Promise<string> {
  const dataDir = tempDir();
  const server = open(dataDir, [LINK]);
  for (let i = 0; i < rows; i++) await done(server, server.execute('INSERT INTO link VALUES (?, ?, 5)', [i, `n${i}`]));
  await server.close();
  return dataDir;
}

function open(dataDir: string, tables: readonly unknown[]): ObjectServer {
  return ObjectServer.open({
    dataDir,
    mode: 'durable',
    clock: new SimClock(),
    tables: [eventsTable(), ...parseTables(tables)],
  });
}

describe('tables at start', () => {
  it('gain columns that are nullable or have a default, with all rows kept', async () => {
    const dataDir = await directoryWith(1);
    const columns = [
      { name: 'added', type: 'real', nullable: false, default: 0.5 },
      ...LINK.columns,
      { name: 'note', type: 'text' },
    ];
    const server = open(dataDir, [{ ...LINK, columns }]);
    expect(server.select('link')).toEqual([[0.5, 0, 'n0', 5, null]]);
    await server.close();
  });

  it.each([
    [
      'a column that goes',
      { columns: LINK.columns.slice(0, 2) },
      'column "load" of table "link" is no longer configured',
    ],
    [
      'another type',
      { columns: [LINK.columns[0], { name: 'name', type: 'real' }, LINK.columns[2]] },
      'column "name" of table "link" is text in the database and real now',
    ],
    ['another primary key', { primaryKey: 'load' }, 'table "link" has another primary key now'],
    [
      'a new column without a default',
      { columns: [...LINK.columns, { name: 'must', type: 'text', nullable: false }] },
      'column "must" of table "link" is new and needs a default, or must be nullable',
    ],
    [
      'NULL no longer allowed',
      { columns: [LINK.columns[0], { name: 'name', type: 'text', nullable: false }, LINK.columns[2]] },
      'column "name" of table "link" must not be NULL now, other than in the database',
    ],
  ])('refuse %s, with what to do, and keep everything', async (_name, change, message) => {
    const dataDir = await directoryWith(2);
    expect(() => open(dataDir, [{ ...LINK, ...change }])).toThrow(
      `${message}: rows would be lost, so nothing was changed; undo that change, or start with the former configuration, save its rows, empty it (DELETE FROM link), and start again`,
    );
    const server = open(dataDir, [LINK]);
    expect(server.select('link')).toEqual([
      [0, 'n0', 5],
      [1, 'n1', 5],
    ]);
    await server.close();
  });

  it('refuse to forget a table with rows, and drop an empty one', async () => {
    const full = await directoryWith(1);
    expect(() => open(full, [])).toThrow('table "link" has rows but is no longer configured: rows would be lost');
    const empty = await directoryWith(0);
    const server = open(empty, []);
    expect(() => server.select('link')).toThrow('no table "link"');
    await server.close();
  });

  it('make an empty table anew, and then retain nothing of the past but the seq', async () => {
    const dataDir = await directoryWith(2);
    const before = open(dataDir, [LINK]);
    await done(before, before.execute('DELETE FROM link'));
    await before.close();
    const server = open(dataDir, [{ ...LINK, columns: LINK.columns.slice(0, 2) }]);
    expect(server.bounds).toEqual({ first: 5, head: 4 });
    expect(server.readChanges(4, 10)).toBeUndefined();
    expect(server.readChanges(5, 10)).toEqual([]);
    expect(await done(server, server.execute("INSERT INTO link VALUES (9, 'x')"))).toEqual({ changes: 1, seq: 5 });
    expect(server.readChanges(5, 10)).toHaveLength(1);
    await server.close();
  });

  it('go on counting serials when events, being empty, are made anew', async () => {
    const options = { dataDir: tempDir(), mode: 'durable', clock: new SimClock() } as const;
    const extra = parseColumns([{ name: 'circuit', type: 'text' }], 'events.columns');
    const before = ObjectServer.open({ ...options, tables: [eventsTable(extra)] });
    await done(before, before.intake([{ identifier: 'a' }, { identifier: 'b' }]));
    await done(before, before.execute('DELETE FROM events'));
    await before.close();
    const after = openServer(options);
    await done(after, after.intake([{ identifier: 'c' }]));
    expect(after.select('events', { columns: ['serial'] })).toEqual([[3]]);
  });

  it('are strict about types', async () => {
    const server = openServer();
    await expect(
      done(server, server.execute("INSERT INTO events (identifier, class) VALUES ('a', 'text')")),
    ).rejects.toThrow('cannot store TEXT value in INTEGER column events.class');
  });
});

describe('the configuration of tables', () => {
  it.each([
    [{}, 'tables must be a list'],
    [[5], 'tables[0] must be an object'],
    [[{ ...LINK, primarykey: 'id' }], 'tables[0]: unknown key "primarykey"; did you mean "primaryKey"?'],
    [[{ ...LINK, name: 'a b' }], 'tables[0].name must be a name of letters, digits and _, not "a b"'],
    [[{ ...LINK, name: 'panelcast_log' }], 'tables[0].name: names that begin with panelcast_ are reserved'],
    [[{ ...LINK, name: 'Events' }], 'tables: "events" is built in; give its further columns under `columns`'],
    [[{ ...LINK, primaryKey: undefined }], 'tables[0].primaryKey is missing'],
    [[LINK, { ...LINK, name: 'LINK' }], 'tables: "LINK" is there twice'],
    [[{ ...LINK, primaryKey: 'nam' }], 'tables[0].primaryKey: there is no column "nam"; did you mean "name"?'],
    [
      [{ ...LINK, columns: [{ name: 'id', type: 'int' }] }],
      'tables[0].columns[0].type must be one of text, integer, real, not "int"',
    ],
    [
      [{ ...LINK, columns: [{ name: 'id', type: 'real' }] }],
      'tables[0].primaryKey: "id" must be text or integer, not real',
    ],
    [
      [{ ...LINK, columns: [...LINK.columns, { name: 'Load', type: 'text' }] }],
      'tables[0].columns: "Load" is there twice',
    ],
    [
      [{ ...LINK, columns: [{ name: 'id', type: 'integer', default: 'x' }] }],
      'tables[0].columns[0].default must be of type integer, not "x"',
    ],
    [
      [{ ...LINK, columns: [{ name: 'id', type: 'integer', format: 'boolean', default: 2 }] }],
      'tables[0].columns[0].default must be 0, 1, true or false, not 2',
    ],
  ])('%j is refused', (tables, message) => {
    expect(() => parseTables(tables)).toThrow(message);
  });

  it('gives events their own columns, other than the built-in ones', () => {
    const own = (column: object) => () => eventsTable(parseColumns([column], 'events.columns'));
    expect(own({ name: 'Severity', type: 'text' })).toThrow('columns: "Severity" is a built-in column');
    expect(own({ name: 'must', type: 'text', nullable: false })).toThrow('"must" must be nullable or have a default');
  });

  it('describes every column of events in a sentence', () => {
    const { columns } = eventsTable();
    expect(columns).toHaveLength(27);
    for (const { description } of columns) expect(description).toMatch(/^[A-Z].*\.$/);
    expect(columns.find(column => column.name === 'severity')!.values!.map(({ name }) => name)).toEqual([
      'clear',
      'indeterminate',
      'warning',
      'minor',
      'major',
      'critical',
    ]);
  });
});
