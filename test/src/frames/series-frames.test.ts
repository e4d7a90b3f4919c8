import { type DataFrame, type Field, FieldType, MappingType, toDataFrame } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { seriesFrames } from '../../../src/frames/series-frames.ts';

const long: DataFrame = toDataFrame({
  fields: [
    { name: 'time', type: FieldType.time, values: [1, 1, 2] },
    {
      name: 'severity',
      type: FieldType.number,
      values: [5, 4, 5],
      config: { mappings: [{ type: MappingType.ValueToText, options: { 5: { text: 'critical', index: 0 } } }] },
    },
    { name: 'events', type: FieldType.number, values: [10, 20, 11] },
  ],
});
const names = (fields: readonly Field[]) => fields.map(field => field.config.displayNameFromDS);

describe('seriesFrames', () => {
  it('makes a frame of each group, labelled and called by the name of its value', () => {
    const [critical, major] = seriesFrames(long, ['severity']);
    expect(critical!.fields.map(field => [...field.values])).toEqual([
      [1, 2],
      [10, 11],
    ]);
    expect(critical!.fields[1]!.labels).toEqual({ severity: 'critical' });
    expect(names(critical!.fields)).toEqual([undefined, 'critical']);
    expect(names(major!.fields)).toEqual([undefined, '4']);
  });

  it('leaves a metric without groups as one line', () => {
    const frames = seriesFrames(long, []);
    expect(frames).toHaveLength(1);
    expect(frames[0]!.length).toBe(3);
  });

  it('leaves a frame without a time as it is', () => {
    const table = toDataFrame({ fields: [{ name: 'a', values: [1] }] });
    expect(seriesFrames(table, [])).toEqual([table]);
  });
});
