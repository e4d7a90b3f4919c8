import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { childrenOf, isRunning } from './child-processes.ts';
import { ReaderDatabase } from './reader-database.ts';

const PARENT = fileURLToPath(new URL('./orphaning-parent.ts', import.meta.url));

it.skipIf(process.platform !== 'linux')(
  'readers end with a parent that was killed, idle or in an endless statement',
  async () => {
    using database = new ReaderDatabase(10);
    const parent = spawn(process.execPath, [PARENT, database.file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(parent.stdout, 'data');
    const readers = await vi.waitFor(
      () => {
        const pids = childrenOf(parent.pid!);
        expect(pids).toHaveLength(3);
        return pids;
      },
      { timeout: 5_000 },
    );
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(readers.filter(isRunning)).toEqual([]), { timeout: 5_000 });
  },
);
