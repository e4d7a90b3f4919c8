import { type DataFrame, FieldType } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { graphTables } from '../../../preview/panels/graph-parts.ts';

const NODES: DataFrame = {
  name: 'nodes',
  length: 2,
  fields: [
    { name: 'id', type: FieldType.string, config: {}, values: ['["r1"]', '["r2"]'] },
    { name: 'title', type: FieldType.string, config: {}, values: ['r1', 'r2'] },
    {
      name: 'mainstat',
      type: FieldType.number,
      config: { displayName: 'worst' },
      values: [5, null],
      display: value => ({ numeric: Number(value), text: value === null ? '' : `level ${value}`, suffix: '!' }),
    },
    { name: 'detail__events', type: FieldType.number, config: {}, values: [3, 4] },
    { name: 'color', type: FieldType.string, config: {}, values: ['red', null] },
  ],
};
const EDGES: DataFrame = {
  length: 1,
  fields: [
    { name: 'id', type: FieldType.string, config: {}, values: ['e'] },
    { name: 'source', type: FieldType.string, config: {}, values: ['["r1"]'] },
    { name: 'target', type: FieldType.string, config: {}, values: ['["r2"]'] },
  ],
};

describe('a node graph as tables', () => {
  it('tells the nodes with what is written in them, and their colours', () => {
    const [table, ...more] = graphTables([NODES]);
    expect(more).toEqual([]);
    expect(table).toEqual({
      name: 'Nodes',
      heads: ['Node', 'worst', 'events'],
      rows: [
        { key: '["r1"]', color: 'red', cells: ['r1', 'level 5!', '3'] },
        { key: '["r2"]', color: undefined, cells: ['r2', '!', '4'] },
      ],
    });
  });

  it('tells edges after nodes, whichever frame comes first', () => {
    const tables = graphTables([EDGES, NODES]);
    expect(tables.map(({ name }) => name)).toEqual(['Nodes', 'Edges']);
    expect(tables[1]).toMatchObject({ heads: ['From', 'To'], rows: [{ cells: ['["r1"]', '["r2"]'] }] });
  });

  it('has none of frames that are no graph, or empty', () => {
    expect(
      graphTables([
        { ...NODES, length: 0 },
        { length: 1, fields: [] },
      ]),
    ).toEqual([]);
  });
});
