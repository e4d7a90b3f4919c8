// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what Grafana fills in
// @vitest-environment jsdom
import '../../support/browser-stubs.ts';

import { type Action, type DataFrame, type Field, FieldType } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { PanelActions } from '../../../src/actions/panel-actions.ts';
import type { PanelcastQuery } from '../../../src/types.ts';

const SERIAL: Field = { name: 'serial', type: FieldType.number, config: { custom: { hidden: true } }, values: [17] };
const NODE: Field = { name: 'node', type: FieldType.string, config: {}, values: ['r1'] };
const SUMMARY: Field = { name: 'summary', type: FieldType.string, config: { unit: 'x' }, values: [`fan "2"`] };

function frameOf(refId: string, fields: Field[]): DataFrame {
  return { refId, fields, length: 1, meta: { uniqueRowIdFields: [fields.indexOf(SERIAL)] } };
}

const QUERIES: PanelcastQuery[] = [
  { refId: 'A', actions: true, request: {} },
  { refId: 'B', request: {} },
];

function offered(fields: Field[], refId = 'A', actions = new PanelActions('/api/datasources/proxy/uid/x/')) {
  const { data } = actions.offer({ data: [frameOf(refId, fields)] }, QUERIES);
  return (data[0] as DataFrame).fields.flatMap(({ config, name }) =>
    config.actions ? [{ name, actions: config.actions }] : [],
  );
}

describe('actions of a panel', () => {
  it('are where people click a row: on its summary, else on its first text', () => {
    expect(offered([NODE, SUMMARY, SERIAL]).map(({ name }) => name)).toEqual(['summary']);
    expect(offered([NODE, SERIAL]).map(({ name }) => name)).toEqual(['node']);
  });

  it('are not on queries that do not want them, nor on frames without a key', () => {
    expect(offered([SUMMARY, SERIAL], 'B')).toEqual([]);
    expect(offered([SUMMARY])).toEqual([]);
  });

  it('leave the frame that they were given as it is, and what the column has of itself', () => {
    const frame = frameOf('A', [SUMMARY, SERIAL]);
    const { data } = new PanelActions('').offer({ data: [frame] }, QUERIES);
    expect(SUMMARY.config).toEqual({ unit: 'x' });
    expect((data[0] as DataFrame).fields[0]!.config.unit).toBe('x');
    expect((data[0] as DataFrame).fields[0]!.values).toBe(SUMMARY.values);
  });

  it('post an intention; what comes from cells and people goes into the address', () => {
    const [{ actions }] = offered([SUMMARY, SERIAL]) as unknown as [{ actions: Action[] }];
    expect(actions.map(({ title }) => title)).toEqual([
      'Acknowledge',
      'Un-acknowledge',
      'Own',
      'Suppress',
      'Change severity',
      'Add a note',
      'Delete',
    ]);
    for (const { confirmation, fetch } of actions) {
      expect(fetch).toMatchObject({ method: 'POST', url: '/api/datasources/proxy/uid/x/api/actions' });
      expect(fetch!.queryParams![0]).toEqual(['key', '${__data.fields["serial"].numeric}']);
      expect(fetch!.body).not.toMatch(/\$/);
      expect(confirmation).toContain('${__value.text}');
    }
    const note = actions[5]!;
    expect(note.variables).toEqual([{ key: 'note', name: 'Note', type: 'string' }]);
    expect(note.fetch!.queryParams![1]).toEqual(['value', '$note']);
    expect(JSON.parse(note.fetch!.body!)).toEqual({ action: 'note', table: 'events' });
  });
});
