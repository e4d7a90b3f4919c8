import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readConfig } from '../../backend/config/read-config.ts';
import { Gateway } from '../../backend/gateway/gateway.ts';
import { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import { ReaderPool } from '../../backend/object-server/readers/reader-pool.ts';
import { type Running, serve } from '../../backend/serve.ts';
import { tempDir } from '../support/temp-dir.ts';
import { RawConnection } from '../support/test-server.ts';

function start(dataDir: string): Promise<Running> {
  const args = ['--port', '0', '--data-dir', dataDir, '--log-level', 'silent', '--demo', 'false'];
  return serve(readConfig({ args, env: {}, cwd: dataDir }), false, error => {
    throw error;
  });
}

interface Status {
  readonly notifier: { readonly seq: number };
}

describe('a notifier in pieces', () => {
  it('whose readers do not start ends what it had started, and says why', async () => {
    const dataDir = tempDir();
    const { start: startPool } = ReaderPool;
    onTestFinished(() => {
      ReaderPool.start = startPool;
    });
    ReaderPool.start = () => Promise.reject(new PanelcastError('storage-failed', 'the readers cannot open it'));
    await expect(start(dataDir)).rejects.toThrow('the readers cannot open it');
    ReaderPool.start = startPool;
    await (await start(dataDir)).stop();
  });

  it('does not wait for one who streams events without an end, and says how many are stored', async () => {
    const running = await start(tempDir());
    const socket = connect(Number(new URL(running.origin).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const sender = new RawConnection(socket);
    await once(socket, 'connect');
    const lines = Array.from({ length: 1001 }, (_, i) => `{"identifier":"e${i}"}\n`).join('');
    const chunk = `${lines.length.toString(16)}\r\n${lines}\r\n`;
    sender.send('POST /api/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-ndjson\r\n');
    sender.send(`transfer-encoding: chunked\r\n\r\n${chunk}`);
    const seq = async () => ((await (await fetch(`${running.origin}/api/status`)).json()) as Status).notifier.seq;
    await expect.poll(seq, { timeout: 10_000 }).toBe(1000);
    const asked = performance.now();
    await running.stop();
    expect(performance.now() - asked).toBeLessThan(4000);
    const answer = await sender.whole;
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/retry-after: \d/i);
    expect(answer).toContain('the 1000 events before this step are stored');
  });

  it('leaves its store in order also when its sockets cannot be closed', async () => {
    const dataDir = tempDir();
    const running = await start(dataDir);
    const { stop } = Gateway.prototype;
    vi.spyOn(Gateway.prototype, 'stop').mockImplementation(async function (this: Gateway) {
      await stop.call(this);
      throw new Error('planted');
    });
    await expect(running.stop()).rejects.toThrow('planted');
    vi.restoreAllMocks();
    await (await start(dataDir)).stop();
  });
});
