import { type DataFrame, FieldType, MappingType } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import type { Field } from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { Value } from '../../../backend/protocol/schema.ts';
import { panelFrames } from '../../../src/frames/panel-frames.ts';
import type { ViewContent } from '../../../src/frames/view-content.ts';
import { RowOrder } from '../../../src/live/row-order.ts';
import { groupColumns } from '../../../src/live/shared-view.ts';
import { ViewStore } from '../../../src/live/view-store.ts';
import type { Format } from '../../../src/types.ts';

const SEVERITIES = [
  { value: 4, name: 'major', color: '#f60' },
  { value: 5, name: 'critical', color: '#f00' },
];
const SERIAL: Field = { name: 'serial', type: 'integer', key: true };
const SEVERITY: Field = { name: 'severity', type: 'integer', values: SEVERITIES };
const SUMMARY: Field = { name: 'summary', type: 'text' };
const LAST: Field = { name: 'last_occurrence', type: 'integer', format: 'time-ms' };
const ACKNOWLEDGED: Field = { name: 'acknowledged', type: 'integer', format: 'boolean' };
const EXPIRES: Field = { name: 'expires_after', type: 'integer', format: 'seconds' };
const NOW = Date.UTC(2026, 0, 1);

interface Shape {
  readonly request: Request;
  readonly fields: readonly Field[];
  /** In the order of the view, where it differs. */
  readonly viewFields?: readonly Field[];
  readonly values: readonly (readonly Value[])[];
}

function contentOf({ fields, request, values, viewFields = fields }: Shape): ViewContent {
  const store = new ViewStore();
  const order = new RowOrder(request.orderBy);
  store.rows.addOrder(order);
  store.describe(groupColumns(request, fields), request.historyMs ?? 0);
  store.stage({ type: request.metrics ? 'metric' : 'snap', view: 'v1', asOf: 5, fields: viewFields, values });
  store.commit(5, NOW);
  return { request, fields, store, order, knownMs: NOW + 60_000 };
}

function framesOf(content: ViewContent, format: Format = 'table'): DataFrame[] {
  return panelFrames(content, { refId: 'A', format, meta: { custom: { asOf: 5 } } });
}

function column(frame: DataFrame | undefined, name: string): unknown[] | undefined {
  return frame?.fields.find(field => field.name === name)?.values;
}

const EVENTS: Shape = {
  request: { columns: ['summary', 'severity', 'acknowledged'], orderBy: [{ column: 'severity', desc: true }] },
  fields: [SUMMARY, SEVERITY, ACKNOWLEDGED, SERIAL],
  viewFields: [SERIAL, SEVERITY, SUMMARY, ACKNOWLEDGED],
  values: [
    [1, 2, 3],
    [4, 5, null],
    ['fan', 'power', 'link'],
    [0, 1, 0],
  ],
};

describe('a table', () => {
  it('has the registration’s columns in the registration’s order, its rows in the request’s', () => {
    const [frame] = framesOf(contentOf(EVENTS));
    expect(frame!.fields.map(({ name }) => name)).toEqual(['summary', 'severity', 'acknowledged', 'serial']);
    expect(column(frame, 'summary')).toEqual(['power', 'fan', 'link']);
    expect(column(frame, 'severity')).toEqual([5, 4, null]);
    expect(frame).toMatchObject({ length: 3, refId: 'A', meta: { custom: { asOf: 5 }, uniqueRowIdFields: [3] } });
  });

  it('keeps the key for links and actions, where no panel shows it', () => {
    const [frame] = framesOf(contentOf(EVENTS));
    expect(frame!.fields.at(-1)!.config.custom).toMatchObject({ hidden: true, hideFrom: { viz: true } });
  });

  it('does not show a column that only says the order', () => {
    const request: Request = { columns: ['summary'], orderBy: [{ column: 'severity' }] };
    const [frame] = framesOf(contentOf({ ...EVENTS, request }));
    expect(frame!.fields.map(({ name }) => name)).toEqual(['summary', 'serial']);
    expect(column(frame, 'summary')).toEqual(['link', 'fan', 'power']);
  });

  it('gives each column its type, its unit, its names and its colours', () => {
    const fields = [SERIAL, SEVERITY, LAST, ACKNOWLEDGED, EXPIRES, SUMMARY];
    const values = [[1], [5], [NOW], [1], [300], ['fan']];
    const [frame] = framesOf(contentOf({ request: {}, fields, values }));
    const of = (name: string) => frame!.fields.find(field => field.name === name)!;
    expect(frame!.fields.map(({ type }) => type)).toEqual([
      FieldType.number,
      FieldType.number,
      FieldType.time,
      FieldType.boolean,
      FieldType.number,
      FieldType.string,
    ]);
    expect(of('acknowledged').values).toEqual([true]);
    expect(of('expires_after').config.unit).toBe('s');
    expect(of('severity').config.mappings).toEqual([
      {
        type: MappingType.ValueToText,
        options: { 4: { text: 'major', color: '#f60', index: 0 }, 5: { text: 'critical', color: '#f00', index: 1 } },
      },
    ]);
    expect(of('severity').config.custom.cellOptions.type).toBe('color-background');
  });

  it('shares no array and no field between two frames, since Grafana empties those it lets go', () => {
    const content = contentOf(EVENTS);
    const [first] = framesOf(content);
    const [second] = framesOf(content);
    for (const field of first!.fields) field.values.length = 0;
    expect(column(second, 'summary')).toEqual(['power', 'fan', 'link']);
    expect(column(framesOf(content)[0], 'summary')).toEqual(['power', 'fan', 'link']);
  });

  it('keeps the insides of a field’s configuration, so that Grafana sees the same structure', () => {
    const content = contentOf(EVENTS);
    const [first, second] = [framesOf(content)[0], framesOf(content)[0]];
    for (const [index, field] of first!.fields.entries()) {
      const other = second!.fields[index]!;
      expect(other.config).not.toBe(field.config);
      expect(other.config.mappings).toBe(field.config.mappings);
      expect(other.config.custom).toBe(field.config.custom);
    }
  });
});

describe('metrics', () => {
  const count: Field = { name: 'problems', of: 'count', type: 'integer' };
  const worst: Field = { name: 'worst', of: 'max(severity)', type: 'integer', values: SEVERITIES };
  const site: Field = { name: 'site', type: 'text' };
  const viewWorst: Field = { name: 'max(severity)', type: 'integer', values: SEVERITIES };
  const viewCount: Field = { name: 'count', type: 'integer' };

  it('are one row of a field each, under the registration’s names', () => {
    const metrics = [
      { fn: 'count', as: 'problems' },
      { fn: 'max', column: 'severity', as: 'worst' },
    ] as const;
    const viewFields = [viewWorst, viewCount];
    const content = contentOf({ request: { metrics }, fields: [count, worst], viewFields, values: [[5], [12]] });
    const [frame] = framesOf(content, 'metric');
    expect([column(frame, 'problems'), column(frame, 'worst')]).toEqual([[12], [5]]);
    expect(frame!.meta!.type).toBe('numeric-wide');
  });

  it('are one row a group, in the notifier’s order', () => {
    const request: Request = { metrics: [{ fn: 'count' }], groupBy: ['site'] };
    const values = [
      ['nyc', 'lon'],
      [2, 1],
    ];
    const content = contentOf({ request, fields: [site, count], viewFields: [site, viewCount], values });
    const [frame] = framesOf(content, 'metric');
    expect([column(frame, 'site'), column(frame, 'problems')]).toEqual(values);
    expect(frame!.meta!.type).toBe('numeric-long');
  });

  it('over time are a frame a group, called by its group, and reach until now', () => {
    const request: Request = {
      metrics: [{ fn: 'count', as: 'problems' }],
      groupBy: ['severity'],
      historyMs: 3_600_000,
    };
    const values = [
      [4, 5],
      [2, 1],
    ];
    const content = contentOf({ request, fields: [SEVERITY, count], viewFields: [SEVERITY, viewCount], values });
    const frames = framesOf(content, 'series');
    expect(frames.map(frame => frame.fields.map(({ name }) => name))).toEqual([
      ['time', 'problems'],
      ['time', 'problems'],
    ]);
    expect(frames.map(frame => frame.fields[1]!.labels)).toEqual([{ severity: 'major' }, { severity: 'critical' }]);
    expect(frames.map(frame => frame.fields[1]!.config.displayNameFromDS)).toEqual(['major', 'critical']);
    expect(frames.map(frame => frame.fields[1]!.values)).toEqual([
      [2, 2],
      [1, 1],
    ]);
    expect(frames[0]!.fields[0]!.values.at(-1)).toBe(NOW + 60_000);
  });

  it('over time all tell every moment, so that stacked lines never fall because one of them did not change', () => {
    const request: Request = { metrics: [{ fn: 'count', as: 'problems' }], groupBy: ['severity'], historyMs: 600_000 };
    const viewFields = [SEVERITY, viewCount];
    const groups = [4, 5];
    const content = contentOf({ request, fields: [SEVERITY, count], viewFields, values: [groups, [2, 10]] });
    for (const [at, values] of [
      [20, [2, 11]],
      [40, [3, 11]],
      [60, [3, 12]],
    ] as const) {
      const message = { type: 'metric', view: 'v1', asOf: at, fields: viewFields, values: [groups, values] } as const;
      content.store.stage(message);
      content.store.commit(at, NOW + at * 1000);
    }
    const [major, critical] = framesOf({ ...content, knownMs: NOW + 80_000 }, 'series').map(frame => frame.fields);
    expect(major![0]!.values).toEqual(critical![0]!.values);
    const sums = major![1]!.values.map((count, i) => count + critical![1]!.values[i]);
    expect([...new Set(sums)]).toEqual([12, 13, 14, 15]);
  });

  it('over time show no more past than was asked', () => {
    const request: Request = { metrics: [{ fn: 'count', as: 'problems' }], historyMs: 600_000 };
    const content = contentOf({ request, fields: [count], viewFields: [viewCount], values: [[1]] });
    for (let minute = 1; minute <= 30; minute++) {
      content.store.stage({ type: 'metric', view: 'v1', asOf: minute, fields: [viewCount], values: [[minute]] });
      content.store.commit(minute, NOW + minute * 60_000);
    }
    const [frame] = framesOf({ ...content, knownMs: NOW + 30 * 60_000 }, 'series');
    expect(frame!.fields[0]!.values[1]).toBeGreaterThan(NOW + 20 * 60_000 - 2000);
    expect(frame!.fields.map(({ values }) => values.length)).toEqual([frame!.length, frame!.length]);
  });
});

describe('log lines', () => {
  const fields = [SERIAL, LAST, SEVERITY, SUMMARY];

  it('say when, what and how bad, in the words of Grafana’s logs', () => {
    const [frame] = framesOf(contentOf({ request: {}, fields, values: [[7], [NOW], [4], ['fan']] }), 'log');
    expect(Object.fromEntries(frame!.fields.map(({ name, values }) => [name, values[0]]))).toEqual({
      timestamp: NOW,
      body: 'fan',
      severity: 'error',
      id: '7',
      labels: { serial: '7' },
    });
    expect(frame!.meta).toMatchObject({ type: 'log-lines', preferredVisualisationType: 'logs' });
  });

  it('are a line a change where the mode tells every change', () => {
    const content = contentOf({ request: { mode: 'all' }, fields, values: [[7], [NOW], [4], ['fan']] });
    content.store.stage({
      type: 'rows',
      view: 'v1',
      asOf: 8,
      changes: [
        { seq: 6, key: 7, op: 'update', values: [7, NOW, 5, 'fan'] },
        { seq: 8, key: 7, op: 'leave', values: [7, NOW, 5, 'fan'] },
      ],
    });
    content.store.commit(8, NOW);
    const [frame] = framesOf(content, 'log');
    expect(column(frame, 'severity')).toEqual(['critical', 'critical']);
    expect((column(frame, 'labels') as { change: string }[]).map(({ change }) => change)).toEqual(['update', 'leave']);
    expect(framesOf(content)[0]!.length).toBe(0);
  });
});

describe('node status', () => {
  const STATUS: Shape = {
    request: {
      metrics: [{ fn: 'max', column: 'severity', as: 'worst' }, { fn: 'count' }],
      groupBy: ['site', 'node'],
    },
    fields: [
      { name: 'site', type: 'text' },
      { name: 'node', type: 'text' },
      { name: 'worst', of: 'max(severity)', type: 'integer', values: SEVERITIES },
      { name: 'count', type: 'integer' },
    ],
    viewFields: [
      { name: 'site', type: 'text' },
      { name: 'node', type: 'text' },
      { name: 'max(severity)', type: 'integer', values: SEVERITIES },
      { name: 'count', type: 'integer' },
    ],
    values: [
      ['lon', null],
      ['r1', 'r2'],
      [5, null],
      [7, 0],
    ],
  };

  it('is a node a group, in the colour of its worst', () => {
    const [frame] = framesOf(contentOf(STATUS), 'status');
    expect(frame?.meta?.preferredVisualisationType).toBe('nodeGraph');
    expect(column(frame, 'id')).toEqual(['["lon","r1"]', '["(none)","r2"]']);
    expect(column(frame, 'title')).toEqual(['lon', '(none)']);
    expect(column(frame, 'subtitle')).toEqual(['r1', 'r2']);
    expect(column(frame, 'mainstat')).toEqual([5, null]);
    expect(column(frame, 'secondarystat')).toEqual([7, 0]);
    expect(column(frame, 'color')).toEqual(['#f00', null]);
    expect(frame?.fields.find(({ name }) => name === 'mainstat')?.config.displayName).toBe('worst');
  });

  it('gives way to a table where there are rows', () => {
    const [frame] = framesOf(contentOf(EVENTS), 'status');
    expect(frame?.meta?.preferredVisualisationType).toBe('table');
  });
});
