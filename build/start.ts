/**
 * `npm start`: the notifier with its demo at once, and what the dashboards are made of as soon as it is built. The build
 * has low priority: whoever looks first sees the console.
 */
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';

const builder = spawn(process.execPath, [join(import.meta.dirname, 'ensure-built.ts')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (builder.pid !== undefined) setPriority(builder.pid, 15);
builder.unref();

process.argv.splice(2, 0, 'serve', '--demo');
await import('../backend/main.ts');
