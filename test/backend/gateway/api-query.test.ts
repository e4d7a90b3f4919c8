import { describe, expect, it } from 'vitest';
import { queryRoutes } from '../../../backend/gateway/api-query.ts';
import type { NotifierCalls, QueryCall } from '../../../backend/notifier/calls.ts';
import type { Answer } from '../../../backend/notifier/one-shot.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { testServer } from '../../support/test-server.ts';

const ANSWER: Answer = { asOf: 7, fields: [{ name: 'node', type: 'text' }], values: [['r1', 'r2']] };

/** The route alone, over a store that answers as the test has it. */
function route(query: (call: QueryCall) => Promise<Answer>) {
  const clock = new SimClock();
  const { server } = testServer();
  server.decorateRequest('grant', null);
  server.addHook('onRequest', async request => {
    request.grant = { identity: { role: 'viewer' } };
  });
  queryRoutes(server, { clock, calls: { query } as NotifierCalls, bounds: { timeMs: 5000, rowsMax: 2 } });
  const post = () => server.inject({ method: 'POST', url: '/api/query', payload: {} });
  return { clock, post };
}

describe('POST /api/query', () => {
  it('tells the store how many rows and how long', async () => {
    const calls: QueryCall[] = [];
    const { clock, post } = route(async call => {
      calls.push(call);
      return ANSWER;
    });
    const untilMs = clock.now() + 5000;
    expect((await post()).json()).not.toHaveProperty('truncated');
    expect(calls).toEqual([{ request: {}, identity: { role: 'viewer' }, bounds: { rowsMax: 2, untilMs } }]);
    expect(clock.timers).toBe(0);
  });

  it('says that there are more rows, to programs and to who looks at the panel', async () => {
    const { post } = route(async () => ({ ...ANSWER, truncated: 'rows' }));
    const { frames, truncated } = (await post()).json();
    expect(truncated).toBe('rows');
    expect(frames[0].schema.meta.notices).toEqual([
      {
        severity: 'warning',
        text: 'These are 2 rows, and there are more. Narrow the filter, or order and limit the rows.',
      },
    ]);
  });

  it('says after its time what to do about it', async () => {
    const asked = Promise.withResolvers<void>();
    const { clock, post } = route(() => {
      asked.resolve();
      return new Promise(() => {});
    });
    const answer = post();
    void answer.then();
    await asked.promise;
    clock.pass(5000);
    expect((await answer).statusCode).toBe(504);
    expect((await answer).json().error).toMatchObject({
      code: 'timeout',
      message: 'the answer took longer than 5000 ms; narrow it with a filter or a limit',
    });
  });
});
