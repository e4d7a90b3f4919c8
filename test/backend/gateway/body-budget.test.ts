import { expect, it } from 'vitest';
import { bodyBudget } from '../../../backend/gateway/body-budget.ts';
import { connectTo, testServer } from '../../support/test-server.ts';

/** A body announced as this long; it never comes. */
function head(bytes: number): string {
  return `POST /events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`;
}

const MIB = 2 ** 20;

it('refuses a body before it is read while too much is under way, and takes it once there is room', async () => {
  const { rejected, server } = testServer({ bodyBytes: 200 * MIB });
  void server.register(async scope => {
    bodyBudget(scope);
    scope.post('/events', async () => 'stored');
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const first = await connectTo(server);
  first.socket.write(head(100 * MIB));
  const ask = () =>
    server.inject({
      method: 'POST',
      url: '/events',
      headers: { 'content-type': 'application/json', 'content-length': String(100 * MIB) },
    });
  await expect.poll(async () => (await ask()).statusCode).toBe(503);
  const refused = await ask();
  expect(refused.headers['retry-after']).toBe('1');
  expect(refused.json().error.message).toBe(
    '100 MiB of events are on their way into the store already; send it again later',
  );
  expect(rejected).toContain('overloaded');
  first.socket.destroy();
  await expect.poll(async () => (await ask()).json().error?.code).not.toBe('overloaded');
});
