import { describe, expect, it } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import { ERROR_KINDS, type ErrorCode } from '../../../backend/protocol/errors.ts';
import { connectTo, testServer } from '../../support/test-server.ts';

/** The body of a raw answer, after its head. */
function bodyOf(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
}

describe('a refusal over HTTP', () => {
  it.each(Object.entries(ERROR_KINDS))(
    'of code %s has its status, its code and its words, and is counted',
    async (code, kind) => {
      const { server, rejected } = testServer();
      server.get('/fails', async () => {
        throw new PanelcastError(code as ErrorCode, 'what was wrong, and what would be right');
      });
      const answer = await server.inject('/fails');
      expect(answer.statusCode).toBe(kind.status);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.json()).toEqual({ error: { code, message: 'what was wrong, and what would be right' } });
      expect(answer.headers['retry-after']).toBe(kind.retry ? '1' : undefined);
      expect(rejected).toEqual([code]);
    },
  );

  it('says where in the text the fault is', async () => {
    const { server } = testServer();
    server.get('/fails', async () => {
      throw new PanelcastError('bad-filter', 'expected a value at 11', { position: 11 });
    });
    expect((await server.inject('/fails')).json()).toEqual({
      error: { code: 'bad-filter', message: 'expected a value at 11', position: 11 },
    });
  });

  it('asks to come back no earlier than it means, in whole seconds', async () => {
    const { server } = testServer();
    server.get('/fails', async () => {
      throw new PanelcastError('overloaded', 'busy', { retryAfterMs: 2100 });
    });
    expect((await server.inject('/fails')).headers['retry-after']).toBe('3');
  });

  it('tells nothing of a fault of its own but where to look', async () => {
    const { server } = testServer();
    server.get('/fails', async () => {
      throw new TypeError('row {"token":"s3cret"} has no method');
    });
    const answer = await server.inject('/fails');
    expect(answer.statusCode).toBe(500);
    expect(answer.json().error.code).toBe('internal');
    expect(answer.body).not.toContain('s3cret');
  });

  it('names a route that is not there', async () => {
    const { server } = testServer();
    const answer = await server.inject('/api/evnets?token=abc');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({ error: { code: 'not-found', message: 'there is no GET /api/evnets' } });
  });

  it('names the methods that a route takes', async () => {
    const { server } = testServer();
    server.post('/things', async () => ({}));
    server.delete('/things', async () => ({}));
    const answer = await server.inject({ method: 'PATCH', url: '/things' });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('POST, DELETE');
    expect(answer.json().error.message).toBe('/things takes POST or DELETE, not PATCH');
  });

  it.each([
    ['a body over the limit', { 'content-type': 'application/json' }, JSON.stringify('x'.repeat(2000)), 'too-large'],
    ['another media type', { 'content-type': 'application/xml' }, '<event/>', 'unsupported-media-type'],
    ['JSON that is none', { 'content-type': 'application/json' }, '{"a":', 'bad-request'],
    ['a key that would change a prototype', { 'content-type': 'application/json' }, '{"__proto__":1}', 'bad-request'],
  ] as const)('refuses %s', async (_what, headers, payload, code) => {
    const { server } = testServer();
    server.post('/things', async () => ({}));
    const answer = await server.inject({ method: 'POST', url: '/things', headers, payload });
    expect(answer.json().error.code).toBe(code);
    expect(answer.statusCode).toBe(ERROR_KINDS[code].status);
    expect(answer.json().error.message).not.toBe('');
  });

  it('refuses an address that cannot be decoded in the same shape as all else', async () => {
    const { server, rejected } = testServer();
    const answer = await server.inject('/%zz');
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.code).toBe('bad-request');
    expect(answer.headers['x-request-id']).toMatch(/^r\d+$/);
    expect(rejected).toEqual(['bad-request']);
  });
});

describe('a refusal of what is no request', () => {
  it('answers headers over the limit with 431', async () => {
    const { server, rejected } = testServer();
    await server.listen({ port: 0 });
    const connection = await connectTo(server);
    connection.send(`GET / HTTP/1.1\r\nhost: a\r\ncookie: ${'x'.repeat(17_000)}\r\n\r\n`);
    const answer = await connection.whole;
    expect(answer).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    expect(bodyOf(answer)).toEqual({
      error: { code: 'header-too-large', message: 'the request headers are over their limit of 16 KiB' },
    });
    expect(rejected).toEqual(['header-too-large']);
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a request line without sense', 'GET\r\n\r\n'],
    [
      'two lengths of one body',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('answers %s with 400 and closes', async (_what, text) => {
    const { server, rejected } = testServer();
    await server.listen({ port: 0 });
    const connection = await connectTo(server);
    connection.send(text);
    const answer = await connection.whole;
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(bodyOf(answer)).toMatchObject({ error: { code: 'bad-request' } });
    expect(rejected).toEqual(['bad-request']);
  });

  it('does not answer into the middle of another answer', async () => {
    const { server } = testServer();
    server.get('/long', (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'text/plain' });
      reply.raw.write('first half');
    });
    await server.listen({ port: 0 });
    const connection = await connectTo(server);
    connection.send('GET /long HTTP/1.1\r\nhost: a\r\n\r\n');
    await connection.until('first half');
    connection.send('garbage\r\n\r\n');
    expect(await connection.whole).not.toContain('bad-request');
  });
});
