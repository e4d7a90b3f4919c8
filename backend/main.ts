/** The only owner of the process: arguments, environment, signals, exit code. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { run } = await import('./commands.ts');
process.exitCode = await run(process.argv.slice(2));
// What a command leaves open is a fault of its own; it may not hold the process, nor the one who waits for its exit code.
setTimeout(() => process.exit(), 1000).unref();
