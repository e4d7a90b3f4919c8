import { fork } from 'node:child_process';
import type { Figures } from './benchmark.ts';

/** Generous for the largest, and short enough that a benchmark that hangs says so. */
const TIMEOUT_MS = 600_000;

/**
 * Runs a module that ends with `answerAlone` in a process of its own, so that neither its heap nor what the compiler has
 * learnt from another contender colours its figures.
 */
export async function runAlone(file: string, input: unknown): Promise<Figures> {
  const child = fork(file, [JSON.stringify(input)], {
    execArgv: ['--expose-gc', '--max-old-space-size=8192'],
    timeout: TIMEOUT_MS,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const answer = Promise.withResolvers<Figures>();
  child.on('message', (figures: Figures) => answer.resolve(figures));
  child.on('error', answer.reject);
  child.on('exit', (code, signal) => answer.reject(new Error(`${file} ended with ${signal ?? code} without figures`)));
  try {
    return await answer.promise;
  } finally {
    child.kill('SIGKILL');
  }
}

/** The other end: the module is the main one of its process. */
export async function answerAlone<Input>(file: string, run: (input: Input) => Promise<Figures>): Promise<void> {
  if (process.argv[1] !== file || process.send === undefined) return;
  const figures = await run(JSON.parse(process.argv[2]!) as Input);
  process.send(figures);
}
