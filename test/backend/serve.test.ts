import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readConfig } from '../../backend/config/read-config.ts';
import { Gateway } from '../../backend/gateway/gateway.ts';
import { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import { ReaderPool } from '../../backend/object-server/readers/reader-pool.ts';
import { type Running, serve } from '../../backend/serve.ts';
import { tempDir } from '../support/temp-dir.ts';

function start(dataDir: string): Promise<Running> {
  const args = ['--port', '0', '--data-dir', dataDir, '--log-level', 'silent', '--demo', 'false'];
  return serve(readConfig({ args, env: {}, cwd: dataDir }), false, error => {
    throw error;
  });
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
