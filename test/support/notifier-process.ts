import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const MAIN = join(import.meta.dirname, '../../backend/main.ts');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real notifier as its own process: what a user starts. Ends with the test, by pid. */
export class NotifierProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  private constructor(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string | undefined) {
    this.child = spawn(process.execPath, args, {
      env: { ...cleanEnvironment(), ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.child.stdout.on('data', chunk => (this.#stdout += chunk));
    this.child.stderr.on('data', chunk => (this.#stderr += chunk));
    this.ended = new Promise(resolve =>
      this.child.on('close', (code, signal) => resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr })),
    );
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  /** Any command, while it runs. */
  static start(args: readonly string[], env: Readonly<Record<string, string>> = {}): NotifierProcess {
    return new NotifierProcess([MAIN, ...args], env, undefined);
  }

  /** Another program, such as a client of the notifier. */
  static startScript(file: string, args: readonly string[]): NotifierProcess {
    return new NotifierProcess([file, ...args], {}, undefined);
  }

  /** Any command, to its end. */
  static run(
    args: readonly string[],
    options: { env?: Readonly<Record<string, string>>; cwd?: string; stdin?: string } = {},
  ): Promise<Ended> {
    const notifier = new NotifierProcess([MAIN, ...args], options.env ?? {}, options.cwd);
    notifier.child.stdin.end(options.stdin ?? '');
    return notifier.ended;
  }

  /** `serve` on a free port, once it says that it is ready. */
  static async serve(
    dataDir: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<NotifierProcess & { origin: string }> {
    const notifier = new NotifierProcess(
      [MAIN, 'serve', '--port', '0', '--data-dir', dataDir, ...args],
      env,
      undefined,
    );
    const origin = await new Promise<string>((resolve, reject) => {
      notifier.child.stdout.on('data', () => {
        const ready = /ready: (http:\S+?)\/?\n/.exec(notifier.#stdout);
        if (ready) resolve(ready[1]!);
      });
      void notifier.ended.then(ended =>
        reject(new Error(`ended with ${ended.code} before it was ready:\n${ended.stderr}`)),
      );
    });
    return Object.assign(notifier, { origin });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }
}

/** The environment without anything that configures a notifier. */
function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PANELCAST_'))) as Record<
    string,
    string
  >;
}
