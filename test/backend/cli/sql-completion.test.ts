import { describe, expect, it } from 'vitest';
import { SqlCompletion } from '../../../backend/cli/sql-completion.ts';

const column = (name: string) => ({ name, type: 'text', nullable: true }) as const;
const completion = new SqlCompletion({
  tables: [
    { name: 'events', columns: [column('serial'), column('severity'), column('site')] },
    { name: 'sites', columns: [column('site'), column('city')] },
  ],
  functions: ['substr', { name: 'strftime' }],
});
const candidates = (text: string) => completion.complete(text)[0];

describe('SqlCompletion', () => {
  it('completes keywords in the case they are begun in', () => {
    expect(candidates('SEL')).toEqual(['SELECT']);
    expect(candidates('sel')).toEqual(['select']);
  });

  it('completes columns, tables and functions', () => {
    expect(candidates('SELECT se')).toEqual(['serial', 'severity', 'select', 'set']);
    expect(candidates('SELECT s').slice(0, 6)).toEqual(['sites', 'serial', 'severity', 'site', 'substr', 'strftime']);
  });

  it('completes only tables where a table must stand', () => {
    expect(candidates('SELECT * FROM ')).toEqual(['events', 'sites']);
    expect(candidates('SELECT * FROM e')).toEqual(['events']);
    expect(candidates('UPDATE s')).toEqual(['sites']);
    expect(candidates("SELECT 'from ")).toEqual([]);
  });

  it('completes the columns of a table or of its alias', () => {
    expect(candidates('SELECT events.s')).toEqual(['serial', 'severity', 'site']);
    expect(candidates('SELECT * FROM sites AS t WHERE t.')).toEqual(['site', 'city']);
    expect(candidates('SELECT * FROM sites t WHERE t.c')).toEqual(['city']);
    expect(candidates('SELECT * FROM sites t WHERE x.')).toEqual([]);
  });

  it('says which part it replaces', () => {
    expect(completion.complete('SELECT sev')[1]).toBe('sev');
    expect(completion.complete('SELECT ')).toEqual([[], '']);
  });
});
