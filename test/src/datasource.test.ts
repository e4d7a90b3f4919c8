// @vitest-environment jsdom
import '../support/browser-stubs.ts';

import {
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
  LoadingState,
} from '@grafana/data';
import { setBackendSrv } from '@grafana/runtime';
import { lastValueFrom, share, takeUntil, timer } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Field } from '../../backend/protocol/messages.ts';
import { PanelcastDataSource } from '../../src/datasource.ts';
import type { PanelcastOptions, PanelcastQuery, PanelcastVariableQuery } from '../../src/types.ts';
import { QueryVariables } from '../../src/variables/query-variables.ts';
import { FakeBackend, refusal } from './fake-backend.ts';
import { ScriptedNotifier } from './live/scripted-notifier.ts';
import { flushMicrotasks, SimPage } from './live/sim-page.ts';
import { fakeTemplates } from './variables/fake-templates.ts';

const SCHEMA = {
  tables: [
    {
      name: 'events',
      primaryKey: 'serial',
      columns: [
        { name: 'serial', type: 'integer', nullable: false },
        { name: 'severity', type: 'integer', nullable: false, values: [{ value: 5, name: 'critical' }] },
        { name: 'site', type: 'text', nullable: true },
        { name: 'last_occurrence', type: 'integer', nullable: false, format: 'time-ms' },
      ],
    },
  ],
  functions: [],
};
const FIELDS: readonly Field[] = [
  { name: 'serial', type: 'integer', key: true },
  { name: 'site', type: 'text' },
];
const COUNT: readonly Field[] = [{ name: 'count', type: 'integer' }];
const ROWS: PanelcastQuery = { refId: 'A', request: { columns: ['site'], filter: "site = 'lon'" } };
const TOTAL: PanelcastQuery = { refId: 'B', request: { filter: "site = 'lon'", metrics: [{ fn: 'count' }] } };

let backend: FakeBackend;
beforeEach(() => {
  backend = new FakeBackend(path => {
    if (path.endsWith('/api/schema')) return SCHEMA;
    const schema = { fields: [{ name: 'count', type: 'number' }] };
    return { asOf: 7, frames: [{ schema, data: { values: [[3]] } }] };
  });
  setBackendSrv(backend.service);
});

function house(variables: Readonly<Record<string, unknown>> = {}) {
  const page = new SimPage();
  const notifier = new ScriptedNotifier();
  const settings = { id: 1, uid: 'p', name: 'Panelcast', type: 'panelcast', url: '/proxy', jsonData: {}, meta: {} };
  const source = new PanelcastDataSource(settings as unknown as DataSourceInstanceSettings<PanelcastOptions>, {
    page,
    transports: notifier.transports,
    templates: fakeTemplates(variables),
  });
  return { page, notifier, source };
}

function asked(targets: PanelcastQuery[], more: Partial<DataQueryRequest<PanelcastQuery>> = {}) {
  return {
    requestId: 'Q1',
    app: CoreApp.Dashboard,
    scopedVars: {},
    targets,
    ...more,
  } as DataQueryRequest<PanelcastQuery>;
}

/** Everything asked so far is answered, at one cut. */
function answerAll(notifier: ScriptedNotifier, asOf: number): void {
  for (const [index, open] of notifier.last.opens.entries()) {
    const isTotal = open.request.metrics !== undefined;
    notifier.last.answer(open, `v${index}`, isTotal ? COUNT : FIELDS, isTotal ? [[asOf]] : [[1], ['lon']]);
  }
  notifier.last.cut(asOf);
}

describe('a panel’s queries', () => {
  it('come live, all of them in one response at one cut', async () => {
    const { notifier, page, source } = house();
    const told: DataQueryResponse[] = [];
    source.query(asked([ROWS, TOTAL])).subscribe(response => told.push(response));
    notifier.last.welcome();
    answerAll(notifier, 10);
    expect(told).toEqual([]);
    await page.settle();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ key: 'Q1', state: LoadingState.Streaming });
    expect(told[0]!.data.map(frame => [frame.refId, frame.length, frame.meta.custom.asOf])).toEqual([
      ['A', 1, 10],
      ['B', 1, 10],
    ]);
    expect(told[0]!.data[0].meta.custom).toEqual({
      view: 'v0',
      role: 'primary',
      viewers: 1,
      panels: 1,
      asOf: 10,
      intervalMs: 1000,
      transport: 'websocket',
    });
  });

  it('bear being subscribed twice, as Grafana does, and never answer within the call', async () => {
    const { notifier, page, source } = house();
    for (let tick = 0; tick < 5; tick++) {
      const told: DataQueryResponse[] = [];
      const shared = source.query(asked([ROWS, TOTAL])).pipe(share());
      let isWithin = true;
      const first = timer(1e6).pipe(takeUntil(shared)).subscribe();
      const second = shared.subscribe(response => {
        expect(isWithin).toBe(false);
        told.push(response);
      });
      isWithin = false;
      if (tick === 0) {
        notifier.last.welcome();
        answerAll(notifier, 10);
      }
      await page.settle();
      expect(told).toHaveLength(1);
      first.unsubscribe();
      second.unsubscribe();
    }
    expect(notifier.last.opens).toHaveLength(2);
    expect(notifier.last.closes).toEqual([]);
  });

  it('tell each fault under its own query and go on with the others', async () => {
    const { notifier, page, source } = house({ site: ['a', 'b'] });
    const told: DataQueryResponse[] = [];
    const queries = [
      ROWS,
      { refId: 'C', request: { filter: 'severity > $site' } },
      { refId: 'D', request: { filter: 'x' } },
    ];
    source.query(asked(queries)).subscribe(response => told.push(response));
    notifier.last.welcome();
    const [open, wrong] = notifier.last.opens;
    notifier.last.answer(open!, 'v1', FIELDS, [[1], ['lon']]);
    notifier.last.say({ type: 'error', id: wrong!.id, code: 'bad-filter', message: 'unknown column "x"', position: 0 });
    notifier.last.cut(3);
    await page.settle();
    expect(told.at(-1)!.data.map(({ fields, refId }) => [refId, fields.at(0).name])).toEqual([
      ['A', 'site'],
      ['C', 'What went wrong'],
      ['D', 'What went wrong'],
    ]);
    expect(told.at(-1)!.errors).toMatchObject([
      { refId: 'C', code: 'bad-filter' },
      { refId: 'D', code: 'bad-filter', position: 0, message: 'unknown column "x"' },
    ]);
  });

  it('refuse the mode that needs a name to wait under, by words that say which there are', async () => {
    const { notifier, page, source } = house();
    const told: DataQueryResponse[] = [];
    const saf: PanelcastQuery = { refId: 'A', request: { filter: 'severity = 5', mode: 'saf' } };
    source.query(asked([saf])).subscribe(response => told.push(response));
    await page.settle();
    expect(told[0]!.errors).toMatchObject([{ refId: 'A', message: expect.stringContaining('net, all and immediate') }]);
    expect(notifier.connections).toEqual([]);
    const once = await lastValueFrom(source.query(asked([saf], { app: CoreApp.Explore })));
    expect(once.errors).toMatchObject([{ code: 'bad-request' }]);
    expect(backend.asked).toEqual([]);
  });

  it('say on the frame that the connection is gone, and keep what they show', async () => {
    const { notifier, page, source } = house();
    const told: DataQueryResponse[] = [];
    source.query(asked([ROWS])).subscribe(response => told.push(response));
    notifier.last.welcome();
    answerAll(notifier, 10);
    await page.settle();
    notifier.last.lose('the notifier went away');
    await page.settle(2200);
    expect(told.at(-1)!.state).toBe(LoadingState.Streaming);
    expect(told.at(-1)!.data[0].length).toBe(1);
    expect(told.at(-1)!.data[0].meta.notices[0]).toMatchObject({ severity: 'warning' });
  });

  it('leave the view when the panel goes', async () => {
    const { notifier, page, source } = house();
    const subscription = source.query(asked([ROWS])).subscribe();
    notifier.last.welcome();
    answerAll(notifier, 10);
    await page.settle();
    subscription.unsubscribe();
    await page.settle(90_000);
    expect([source.hub.size, notifier.last.isClosed, page.waiting]).toEqual([0, true, 0]);
  });

  it('put variables and ad hoc filters in as literals', async () => {
    const { notifier, source } = house({ site: "x' OR 1=1" });
    const query = { refId: 'A', request: { filter: 'site = $site' } };
    const filters = [{ key: 'severity', operator: '=', value: '5' }];
    source.query(asked([query], { filters })).subscribe();
    notifier.last.opened();
    await flushMicrotasks();
    expect(notifier.last.opens[0]!.request.filter).toBe("site = 'x'' OR 1=1' AND severity = '5'");
  });

  it('ask an hour of past for a chart that does not say how much', async () => {
    const { notifier, source } = house();
    source.query(asked([{ ...TOTAL, format: 'series' }])).subscribe();
    notifier.last.opened();
    expect(notifier.last.opens[0]!.request.historyMs).toBe(3_600_000);
  });

  it('are not asked when hidden or empty', async () => {
    const { notifier, source } = house();
    const nothing = await lastValueFrom(source.query(asked([{ ...ROWS, hide: true }])));
    expect([nothing.data, nothing.state, notifier.connections.length]).toEqual([[], LoadingState.Done, 0]);
  });
});

describe('an answer that ends', () => {
  it.each([
    ['Mixed', { requestId: 'mixed-0-' }],
    ['Explore without Live', { app: CoreApp.Explore }],
    ['alert rules', { app: CoreApp.UnifiedAlerting }],
    ['annotations', { targets: [{ ...TOTAL, once: true as const }] }],
  ])('is given to %s', async (_name, more) => {
    const { notifier, source } = house();
    const answer = await lastValueFrom(source.query(asked([TOTAL], more)));
    expect(answer.state).toBe(LoadingState.Done);
    expect(answer.data[0].fields[0].values).toEqual([3]);
    expect(notifier.connections).toHaveLength(0);
  });

  it('is live in Explore with Live on', () => {
    const { notifier, source } = house();
    source.query(asked([TOTAL], { app: CoreApp.Explore, liveStreaming: true })).subscribe();
    expect(notifier.connections).toHaveLength(1);
  });

  it('tells a refusal under its query', async () => {
    const { source } = house();
    backend.answer = () => {
      throw refusal(400, { code: 'bad-filter', message: 'expected a value at 4', position: 4 });
    };
    const answer = await lastValueFrom(source.query(asked([TOTAL], { requestId: 'mixed-1' })));
    expect(answer).toMatchObject({
      state: LoadingState.Error,
      data: [{ refId: 'B', length: 1 }],
      errors: [{ refId: 'B', code: 'bad-filter', position: 4 }],
    });
    for (const more of [{ app: CoreApp.Explore }, { targets: [{ ...TOTAL, once: true as const }] }])
      expect(await lastValueFrom(source.query(asked([TOTAL], more)))).toMatchObject({ data: [], errors: [{}] });
  });
});

describe('variables', () => {
  it('ask nothing before they have a column', async () => {
    const { source } = house();
    const variables = new QueryVariables(source, (() => null) as never);
    const targets = [{ refId: 'v' } as PanelcastVariableQuery];
    const answer = await lastValueFrom(
      variables.query({ ...asked([]), targets } as unknown as DataQueryRequest<PanelcastVariableQuery>),
    );
    expect([answer.data, backend.asked]).toEqual([[], []]);
  });

  it('have the distinct values of a column, an enumeration by its names', async () => {
    const { source } = house();
    const custom = { values: [{ value: 5, name: 'critical' }] };
    backend.answer = () => ({
      asOf: 1,
      frames: [
        {
          schema: {
            fields: [
              { name: 'severity', type: 'number', config: { custom } },
              { name: 'count', type: 'number' },
            ],
          },
          data: {
            values: [
              [4, 5, null],
              [2, 1, 9],
            ],
          },
        },
      ],
    });
    const variables = new QueryVariables(source, (() => null) as never);
    const target: PanelcastVariableQuery = { refId: 'v', column: 'severity', filter: 'severity > 3' };
    const answer = await lastValueFrom(
      variables.query({ ...asked([]), targets: [target] } as unknown as DataQueryRequest<PanelcastVariableQuery>),
    );
    expect(answer.data[0].fields.map((field: { values: unknown[] }) => field.values)).toEqual([
      ['4', 'critical'],
      ['4', '5'],
    ]);
    expect(backend.asked[0]!.data).toMatchObject({ groupBy: ['severity'], filter: 'severity > 3' });
  });

  it('offer columns and their values to ad hoc filters', async () => {
    const { source } = house();
    expect((await source.getTagKeys()).map(({ text }) => text)).toEqual(['serial', 'severity', 'site']);
    backend.answer = path =>
      path.endsWith('/api/schema')
        ? SCHEMA
        : {
            asOf: 1,
            frames: [{ schema: { fields: [{ name: 'severity', type: 'number' }] }, data: { values: [[5]] } }],
          };
    const filters = [{ key: 'site', operator: '=', value: 'lon' }];
    expect(await source.getTagValues({ key: 'severity', filters })).toEqual([{ text: 'critical', value: '5' }]);
    expect(backend.asked.at(-1)!.data).toMatchObject({ filter: "site = 'lon'", groupBy: ['severity'] });
  });
});

describe('the health check', () => {
  it('opens a live connection and says how', async () => {
    const { notifier, page, source } = house();
    const checked = source.testDatasource();
    await flushMicrotasks();
    notifier.last.welcome();
    notifier.last.cut(1);
    expect(await checked).toMatchObject({ status: 'success', message: expect.stringContaining('WebSocket') });
    expect([notifier.last.isClosed, page.waiting]).toEqual([true, 0]);
  });

  it('says what stands in the way of a better step', async () => {
    const { notifier, source } = house();
    const checked = source.testDatasource();
    await flushMicrotasks();
    notifier.last.lose('closed with code 1006');
    await flushMicrotasks();
    notifier.last.welcome();
    notifier.last.cut(1);
    const { details, message, status } = await checked;
    expect([status, message]).toEqual(['warning', expect.stringContaining('HTTP stream')]);
    expect(details!.message).toMatch(/1006.*Upgrade/);
  });

  it('says what to mend where nothing answers', async () => {
    const { source } = house();
    backend.answer = () => {
      throw refusal(403, { code: 'forbidden', message: 'who are you' });
    };
    const { details, status } = await source.testDatasource();
    expect([status, details!.message]).toEqual(['error', expect.stringContaining('PANELCAST_TOKEN')]);
  });
});

describe('the health check of a mistaken data source', () => {
  it.each(['<!doctype html><title>Grafana</title>', {}, null])('is not content with any answer: %j', async answer => {
    const { source } = house();
    backend.answer = () => answer;
    const { details, message, status } = await source.testDatasource();
    expect([status, message]).toEqual(['error', expect.stringContaining('No notifier answers there')]);
    expect(details!.message).toMatch(/address alone.*no Panelcast notifier/);
  });

  it('says that a path does not belong into the URL', async () => {
    const { source } = house();
    backend.answer = () => {
      throw refusal(404, { code: 'not-found', message: 'there is no GET /console/api/schema' });
    };
    const { details, message } = await source.testDatasource();
    expect([message, details!.message]).toEqual([
      expect.stringContaining('there is no GET /console/api/schema'),
      expect.stringContaining('address alone'),
    ]);
  });

  it('tells another version from a proxy that stands in the way', async () => {
    const { notifier, source } = house();
    const checked = source.testDatasource();
    await flushMicrotasks();
    notifier.last.lose('the WebSocket closed with code 1006');
    await flushMicrotasks();
    notifier.last.lose('hello.protocol must be one of panelcast.v0');
    await flushMicrotasks();
    notifier.last.lose('the notifier cannot be asked: 404');
    const { details, message, status } = await checked;
    expect([status, message]).toEqual(['error', 'The notifier and this plugin are of different versions.']);
    expect(details!.message).toMatch(/HTTP stream: hello\.protocol .* Bring notifier and plugin to the same version/);
  });
});

describe('a query in words', () => {
  it('is one line', () => {
    const { source } = house();
    expect(source.getQueryDisplayText(TOTAL)).toBe("count where site = 'lon'");
  });
});
