// @vitest-environment jsdom
import '../../support/browser-stubs.ts';

import {
  applyFieldOverrides,
  createTheme,
  type DataFrame,
  type Field,
  FieldType,
  type LinkModel,
  toDataFrame,
} from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { type ClickedRow, RowLinks } from '../../../src/actions/row-links.ts';
import type { PanelcastQuery } from '../../../src/types.ts';

const HIDDEN = { custom: { hidden: true } };
const QUERIES: PanelcastQuery[] = [
  { refId: 'A', actions: true, request: {} },
  { refId: 'B', request: {} },
];

function frameOf(refId: string, fields: Partial<Field>[]): DataFrame {
  const frame = toDataFrame({ refId, fields });
  const key = frame.fields.findIndex(({ name }) => name === 'serial' || name === 'name');
  return { ...frame, refId, meta: key < 0 ? {} : { uniqueRowIdFields: [key] } };
}

const SERIAL = { name: 'serial', type: FieldType.number, config: { ...HIDDEN, unit: 'short' }, values: [1234567, 18] };
const NODE = { name: 'node', type: FieldType.string, values: ['r1', 'r2'] };
const SUMMARY = { name: 'summary', type: FieldType.string, values: ['fan "2"', 'link'] };

function setUp() {
  const clicked: (ClickedRow | undefined)[] = [];
  return { clicked, links: new RowLinks(row => void clicked.push(row)) };
}

function linked(frame: DataFrame, { links } = setUp()): string[] {
  const { data } = links.offer({ data: [frame] }, QUERIES);
  return (data[0] as DataFrame).fields.filter(({ config }) => config.links).map(({ name }) => name);
}

/** As a table does on a click: `${__data.fields["x"].part}` of the row from the frame as it is now. */
function clickOn(frame: DataFrame, row: number): void {
  const fill = (text: string): string =>
    text.replace(/\$\{__data\.fields\["(.+)"\]\.(\w+)\}/, (_, name: string, part: string) => {
      const field = shown!.fields.find(known => known.name === name)!;
      const display = field.display!(field.values[row]);
      return String(display[part as 'text'] ?? '');
    });
  const [shown] = applyFieldOverrides({
    data: [frame],
    fieldConfig: { defaults: {}, overrides: [] },
    replaceVariables: fill,
    theme: createTheme(),
  });
  const link = shown!.fields.flatMap(field => field.getLinks?.({ valueRowIndex: row }) ?? [])[0] as LinkModel;
  link.onClick?.({});
}

describe('links to act on a row', () => {
  it('are where people click a row: on its summary, else on its first text without a link of its own', () => {
    expect(linked(frameOf('A', [NODE, SUMMARY, SERIAL]))).toEqual(['summary']);
    expect(linked(frameOf('A', [NODE, SERIAL]))).toEqual(['node']);
    const own = { ...SUMMARY, config: { links: [{ title: 'Ticket', url: 'x' }] } };
    const { data } = setUp().links.offer({ data: [frameOf('A', [own, NODE, SERIAL])] }, QUERIES);
    expect((data[0] as DataFrame).fields.map(({ config }) => config.links?.[0]?.title)).toEqual([
      'Ticket',
      'Act on this row',
      undefined,
    ]);
  });

  it('are not on queries that do not want them, nor on frames without a key', () => {
    expect(linked(frameOf('B', [SUMMARY, SERIAL]))).toEqual([]);
    expect(linked(frameOf('A', [SUMMARY]))).toEqual([]);
  });

  it('are the same object from cut to cut, and leave the frame that they were given alone', () => {
    const { links } = setUp();
    const frame = frameOf('A', [SUMMARY, SERIAL]);
    const [first, second] = [1, 2].map(() => links.offer({ data: [frame] }, QUERIES).data[0] as DataFrame);
    expect(first!.fields[0]!.config.links![0]).toBe(second!.fields[0]!.config.links![0]);
    expect(frame.fields[0]!.config.links).toBeUndefined();
    expect(first!.fields[0]!.values).toBe(frame.fields[0]!.values);
  });

  it('tell the row that was clicked by its key, whatever unit the key is shown in', () => {
    const { clicked, links } = setUp();
    const { data } = links.offer({ data: [frameOf('A', [SUMMARY, NODE, SERIAL])] }, QUERIES);
    clickOn(data[0] as DataFrame, 0);
    expect(clicked).toEqual([{ table: 'events', key: 1234567, told: { summary: 'fan "2"', node: 'r1' } }]);
  });

  it('tell nothing of a row that is gone by the click', () => {
    const { clicked, links } = setUp();
    const { data } = links.offer({ data: [frameOf('A', [SUMMARY, SERIAL])] }, QUERIES);
    clickOn(data[0] as DataFrame, 7);
    expect(clicked).toEqual([undefined]);
  });
});
