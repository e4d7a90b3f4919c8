import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { historyFile, SqlHistory } from '../../../backend/cli/sql-history.ts';

const folder = mkdtempSync(join(tmpdir(), 'panelcast-history-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('lies in the home folder, or in the state folder where there is one', () => {
  expect(historyFile({ HOME: '/home/ann' })).toBe('/home/ann/.panelcast_history');
  expect(historyFile({ HOME: '/home/ann', XDG_STATE_HOME: '/home/ann/.local/state' })).toBe(
    '/home/ann/.local/state/panelcast/history',
  );
});

it('gives back statements newest first, each once, each on one line, to its user only', () => {
  const file = join(folder, 'state', 'history');
  const history = new SqlHistory(file);
  for (const sql of ['SELECT 1;', 'SELECT 2\n  FROM events;', 'SELECT 3;', 'SELECT 1;']) history.add(sql);
  history.save();
  expect(readFileSync(file, 'utf8')).toBe('SELECT 2 FROM events;\nSELECT 3;\nSELECT 1;\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(new SqlHistory(file).statements).toEqual(['SELECT 1;', 'SELECT 3;', 'SELECT 2 FROM events;']);
});

it('keeps the last thousand', () => {
  const history = new SqlHistory(join(folder, 'history'));
  for (let i = 0; i < 1_100; i++) history.add(`SELECT ${i};`);
  expect(history.statements).toHaveLength(1_000);
  expect(history.statements[0]).toBe('SELECT 1099;');
});

it('does without a file that cannot be written', () => {
  const history = new SqlHistory(join(import.meta.filename, 'a-file-is-no-folder', 'history'));
  history.add('SELECT 1;');
  expect(() => history.save()).not.toThrow();
});
