import type { Config } from './config/options.ts';
import { Gateway } from './gateway/gateway.ts';
import { DirLock } from './lib/dir-lock.ts';
import { createLog, type Logger } from './lib/log.ts';

/** A running notifier: everything that `serve` started, and the one way to end it. */
export interface Running {
  readonly origin: string;
  readonly log: Logger;
  /** What is there, in a few words for the one who started it. */
  readonly summary: string;
  stop(): Promise<void>;
}

/** Wires the rooms from left to right; stopping goes from right to left. */
export async function serve(config: Config, terminal: boolean): Promise<Running> {
  const log = createLog({ level: config.logLevel, pretty: terminal });
  const lock = DirLock.acquire(config.dataDir);
  try {
    const gateway = await Gateway.open({ ...config, log });
    return {
      origin: gateway.origin,
      log,
      summary: `store ${config.store} in ${config.dataDir}`,
      async stop() {
        await gateway.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
