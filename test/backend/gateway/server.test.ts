import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../backend/gateway/server.ts';
import { connectTo, testServer } from '../../support/test-server.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };

async function echoServer(patienceMs: number) {
  const setup = testServer({ patienceMs });
  setup.server.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  setup.server.post('/echo', async request => ({ got: request.body }));
  await listen(setup.server, LOCAL);
  return { ...setup, connection: await connectTo(setup.server) };
}

describe('the server’s frame', () => {
  it('gives every answer the id under which the log knows its request', async () => {
    const { server } = testServer();
    server.get('/id', async request => ({ id: request.id }));
    const [first, second] = [await server.inject('/id'), await server.inject('/id')];
    expect(first.headers['x-request-id']).toBe(first.json().id);
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect((await server.inject('/nowhere')).headers['x-request-id']).toBeDefined();
  });

  it('does not take a request’s own idea of its id', async () => {
    const { server } = testServer();
    server.get('/id', async request => ({ id: request.id }));
    expect((await server.inject({ url: '/id', headers: { 'request-id': 'forged' } })).json().id).not.toBe('forged');
  });

  it('drops the connection over its bound and counts it', async () => {
    const { server, rejected } = testServer({ connections: 2 });
    await listen(server, LOCAL);
    await Promise.all([connectTo(server), connectTo(server)]);
    const third = await connectTo(server);
    expect(await third.whole).toBe('');
    expect(rejected).toEqual(['overloaded']);
  });

  it('waits for a slow body as long as it keeps coming', async () => {
    const { connection } = await echoServer(120);
    connection.send('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 20\r\n\r\n');
    let sent = 0;
    const timer = setInterval(() => {
      if (sent === 20) return clearInterval(timer);
      connection.send('x');
      sent++;
    }, 20); // 400 ms in all: more than three times the patience, and no single silence near it
    onTestFinished(() => clearInterval(timer));
    await connection.until(`{"got":"${'x'.repeat(20)}"}`);
  });

  it('gives up on a body that stops coming', async () => {
    const { connection, rejected } = await echoServer(60);
    connection.send('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 20\r\n\r\nxx');
    await connection.whole;
    expect(rejected).toEqual(['timeout']);
  });

  it('gives up on headers that never end', async () => {
    const { connection, rejected } = await echoServer(60);
    connection.send('GET / HTTP/1.1\r\nhost:');
    expect(await connection.whole).toContain('the request headers did not arrive in time');
    expect(rejected).toEqual(['bad-request']);
  });

  it('has patience with a slow answer', async () => {
    const { server } = testServer({ patienceMs: 40 });
    server.post('/slow', async () => {
      await new Promise(resolve => setTimeout(resolve, 120));
      return { done: true };
    });
    const origin = await listen(server, LOCAL);
    const answer = await fetch(`${origin}/slow`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await answer.json()).toEqual({ done: true });
  });
});

describe('listening', () => {
  it('says the address that a browser on this machine would open', async () => {
    for (const [host, shown] of [
      ['127.0.0.1', '127.0.0.1'],
      ['0.0.0.0', '127.0.0.1'],
      ['::1', '[::1]'],
    ] as const) {
      const { server } = testServer();
      const origin = await listen(server, { host, port: 0 });
      expect(origin).toBe(`http://${shown}:${(server.server.address() as AddressInfo).port}`);
    }
  });

  it('says that the port is taken, and what to do', async () => {
    const holder = createPlainServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    await expect(listen(testServer().server, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'bad-config',
      message: `port ${port} on 127.0.0.1 is taken; stop what holds it, or choose another with --port`,
    });
  });

  it.each(['192.0.2.1', 'no-such-host.invalid'])('says that %s is not here', async host => {
    await expect(listen(testServer().server, { host, port: 0 })).rejects.toMatchObject({
      code: 'bad-config',
      message: `host ${host} is not an address of this machine; choose another with --host`,
    });
  });
});
