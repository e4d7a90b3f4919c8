import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A Node server of its own: the time to its ready line is counted from the spawn. */
export class ServedProcess {
  readonly origin: string;
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #startedAt: number;

  private constructor(child: ChildProcess, startedAt: number, origin: string) {
    this.#child = child;
    this.#startedAt = startedAt;
    this.origin = origin;
    this.readyMs = performance.now() - startedAt;
  }

  /** The first line of its output that has an address in it says that it is ready. */
  static async start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ServedProcess> {
    const startedAt = performance.now();
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    // A benchmark that fails leaves nothing behind.
    process.once('exit', () => child.kill('SIGKILL'));
    for await (const line of createInterface({ input: child.stdout })) {
      const origin = /http:\/\/[^\s/]+/.exec(line)?.[0];
      if (origin !== undefined) return new ServedProcess(child, startedAt, origin);
    }
    throw new Error(`${args.join(' ')} ended before it was ready`);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Milliseconds from the spawn to the first 200 of a route. */
  async answersAfterMs(path: string): Promise<number> {
    while ((await fetch(`${this.origin}${path}`)).status !== 200) await new Promise(resolve => setTimeout(resolve, 2));
    return performance.now() - this.#startedAt;
  }

  /** Resident memory of the process, and of it with its children. */
  residentMB(): { readonly own: number; readonly all: number } {
    const own = residentMB(this.pid);
    return { own, all: [...descendants(this.pid)].reduce((sum, pid) => sum + residentMB(pid), own) };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

function residentMB(pid: number): number {
  const kB = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kB) / 1024;
}

function* descendants(pid: number): Generator<number> {
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    for (const child of children) {
      yield child;
      yield* descendants(child);
    }
  }
}
