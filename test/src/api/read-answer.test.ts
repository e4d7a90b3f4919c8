import type { DataFrameJSON } from '@grafana/data';
import { expect, it } from 'vitest';
import { readAnswer } from '../../../src/api/read-answer.ts';

it('reads one answer into what a live view has, booleans as 0 and 1', () => {
  const frame = {
    schema: {
      fields: [
        { name: 'node', type: 'string' },
        { name: 'acknowledged', type: 'boolean' },
      ],
    },
    data: {
      values: [
        ['r1', 'r2', 'r3'],
        [true, false, null],
      ],
    },
  } as DataFrameJSON;
  expect(readAnswer({ asOf: 7, frames: [frame] })).toEqual({
    asOf: 7,
    fields: [
      { name: 'node', type: 'text' },
      { name: 'acknowledged', type: 'integer', format: 'boolean' },
    ],
    values: [
      ['r1', 'r2', 'r3'],
      [1, 0, null],
    ],
  });
});
