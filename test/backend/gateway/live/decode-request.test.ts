import { describe, expect, it } from 'vitest';
import { decodeClientMessage } from '../../../../backend/gateway/live/client-message.ts';
import { decodeRequest } from '../../../../backend/gateway/live/decode-request.ts';
import type { Request } from '../../../../backend/protocol/request.ts';

describe('a request', () => {
  it.each<Request>([
    {},
    { source: 'prom', query: { expr: 'up', nested: [{ a: null }] }, intervalMs: 15_000 },
    { table: 'events', filter: "severity >= 4 AND site = 'lon'", columns: ['node', 'summary'], mode: 'saf' },
    { orderBy: [{ column: 'severity', desc: true }, { column: 'serial' }], limit: 50 },
    {
      metrics: [
        { fn: 'count', as: 'alarms' },
        { fn: 'avg', column: 'tally' },
      ],
      groupBy: ['site'],
      historyMs: 60_000,
    },
    { metrics: [{ fn: 'distribution', column: 'tally', bounds: [-1.5, 0, 10] }] },
    { view: 'critical', intervalMs: 1000, mode: 'all' },
  ])('is taken as it was written: %o', request => {
    expect(decodeRequest(JSON.parse(JSON.stringify(request)))).toEqual(request);
  });

  it.each<[unknown, string]>([
    [undefined, 'request must be an object, not nothing'],
    [[], 'request must be an object, not a list'],
    [{ filtr: 'x' }, 'request has no field "filtr"; did you mean "filter"?'],
    [{ zzz: 1 }, 'request has no field "zzz"; there is source, table, filter, columns'],
    [{ filter: 5 }, 'request.filter must be a string, not 5'],
    [{ filter: null }, 'request.filter must be a string, not null'],
    [{ filter: 'x'.repeat(50_001) }, 'request.filter must have at most 50000 characters'],
    [{ table: '' }, 'request.table must have 1 to 200 characters, not 0'],
    [{ columns: 'node' }, 'request.columns must be a list, not "node"'],
    [{ columns: ['node', 7] }, 'request.columns[1] must be a string, not 7'],
    [{ columns: Array(2000).fill('a') }, 'request.columns must have at most 1000 entries, not 2000'],
    [{ limit: 1.5 }, 'request.limit must be a whole number from 1, not 1.5'],
    [{ limit: '10' }, 'request.limit must be a whole number from 1, not "10"'],
    [{ intervalMs: 0 }, 'request.intervalMs must be a whole number from 1, not 0'],
    [{ mode: 'nett' }, 'request.mode must be one of net, all, immediate, saf; did you mean "net"?'],
    [{ orderBy: [{ desc: true }] }, 'request.orderBy[0].column is missing; it must be a string'],
    [{ orderBy: [{ column: 'a', desc: 1 }] }, 'request.orderBy[0].desc must be true or false, not 1'],
    [{ metrics: [{}] }, 'request.metrics[0].fn is missing; it must be one of count, sum'],
    [{ metrics: [{ fn: 'sum' }] }, 'request.metrics[0].column is missing: sum needs a column'],
    [{ metrics: [{ fn: 'count', bounds: [1] }] }, 'request.metrics[0].bounds belongs to distribution, not to count'],
    [{ metrics: [{ fn: 'distribution', column: 'a' }] }, 'request.metrics[0].bounds is missing'],
    [{ metrics: [{ fn: 'distribution', column: 'a', bounds: [2, 2] }] }, 'request.metrics[0].bounds must ascend'],
    [{ metrics: [{ fn: 'distribution', column: 'a', bounds: ['1'] }] }, 'bounds[0] must be a number, not "1"'],
    [{ metrics: [{ fn: 'count' }], columns: ['a'] }, 'request.columns cannot stand beside metrics'],
    [{ groupBy: ['site'] }, 'request.groupBy needs metrics to group'],
    [{ metrics: [] }, 'request.metrics must name one at least; leave it out for rows'],
    [
      {
        metrics: [
          { fn: 'count', as: 'x' },
          { fn: 'max', column: 'tally', as: 'x' },
        ],
      },
      'request.metrics[1].as is "x", the name of another field; choose one of its own',
    ],
    [{ metrics: [{ fn: 'count', as: 'site' }], groupBy: ['site'] }, 'request.metrics[0].as is "site", the name of'],
    [{ historyMs: 5 }, 'request.historyMs needs metrics'],
    [{ view: 'critical', filter: 'a = 1' }, 'request.filter cannot stand beside view'],
    [{ query: 'up' }, 'request.query must be an object'],
  ])('is refused by the field that is wrong: %o', (value, message) => {
    expect(() => decodeRequest(value)).toThrow(message);
  });

  it('takes no property that the JSON object has inherited', () => {
    expect(() => decodeRequest(JSON.parse('{"__proto__":{"limit":1}}'))).toThrow('has no field "__proto__"');
  });

  it('repeats only the beginning of what was sent', () => {
    expect(() => decodeRequest({ mode: 'a', limit: 'secret'.repeat(100) })).toThrow(/^.{0,120}$/);
  });
});

describe('a client message', () => {
  it.each([
    { type: 'hello', protocol: 'panelcast.v1' },
    { type: 'hello', protocol: 'panelcast.v1', client: 'wall-3', resume: { epoch: 1, seq: 0 } },
    { type: 'open', id: 'a', request: { filter: 'severity = 5' } },
    { type: 'close', id: 'a' },
    { type: 'flush', id: 'f', minSeq: 0 },
    { type: 'applied', asOf: 17 },
    { type: 'ack', view: 'v1', seq: 9 },
    { type: 'pong' },
  ])('is taken: %o', message => {
    expect(decodeClientMessage(message)).toEqual(message);
  });

  it.each<[unknown, string]>([
    [7, 'a message must be a JSON object with a type'],
    [{}, 'message.type is missing; it must be one of hello, open, close, flush, applied, ack, pong'],
    [
      { type: 'opne' },
      'message.type must be one of hello, open, close, flush, applied, ack, pong; did you mean "open"?',
    ],
    [{ type: 'toString' }, 'message.type must be one of hello'],
    [{ type: 'open', id: 7, request: {} }, 'open.id must be a string, not 7'],
    [{ type: 'open', id: 'a' }, 'open.request must be an object, not nothing'],
    [{ type: 'close' }, 'close.id is missing; it must be a string'],
    [{ type: 'close', id: 'x'.repeat(201) }, 'close.id must have 1 to 200 characters, not 201'],
    [{ type: 'flush', id: 'f', minSeq: -1 }, 'flush.minSeq must be a whole number from 0, not -1'],
    [{ type: 'applied', asOf: 2 ** 60 }, 'applied.asOf must be a whole number from 0'],
    [{ type: 'ack', view: 'v', seq: '1' }, 'ack.seq must be a whole number from 0, not "1"'],
    [{ type: 'pong', at: 1 }, 'pong has no field "at"'],
    [{ type: 'hello' }, 'hello.protocol is missing'],
    [{ type: 'hello', protocol: 'panelcast.v1', resume: 5 }, 'hello.resume must be an object, not 5'],
    [{ type: 'hello', protocol: 'panelcast.v1', resume: { epoch: 1 } }, 'hello.resume.seq is missing'],
  ])('is refused by the field that is wrong: %o', (value, message) => {
    expect(() => decodeClientMessage(value)).toThrow(message);
  });
});
