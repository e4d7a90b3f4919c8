/**
 * The real notifier with its own /preview/, for the tests of one file: it outlives a test, and can be killed and started
 * again on the same port and data. `node test/support/preview-site.ts [port]` to look at it while developing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../backend/main.ts');

export class PreviewSite {
  readonly #args: readonly string[];
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'panelcast-preview-'));
  #notifier: ChildProcess | undefined;
  #origin = '';

  private constructor(args: readonly string[]) {
    this.#args = args;
  }

  static async start(args: readonly string[] = ['--demo'], port = 0): Promise<PreviewSite> {
    const site = new PreviewSite(args);
    await site.#serve(port);
    return site;
  }

  get origin(): string {
    return this.#origin;
  }

  /** As a power cut ends it: nobody is told. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** On the same port, with the same data. */
  restart(): Promise<void> {
    return this.#serve(Number(new URL(this.#origin).port));
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async #serve(port: number): Promise<void> {
    const args = [MAIN, 'serve', '--port', String(port), '--data-dir', this.#dataDir, ...this.#args];
    const notifier = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#notifier = notifier;
    this.#origin = await new Promise((ready, failed) => {
      let said = '';
      const hear = (chunk: Buffer): void => {
        said += chunk;
        const [, origin] = /ready: (http:\S+?)\/?\n/.exec(said) ?? [];
        if (origin !== undefined) ready(origin);
      };
      notifier.stdout.on('data', hear);
      notifier.stderr.on('data', hear);
      notifier.once('exit', code => failed(new Error(`the notifier ended with ${code}:\n${said}`)));
    });
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const notifier = this.#notifier;
    this.#notifier = undefined;
    if (notifier === undefined || notifier.exitCode !== null || notifier.signalCode !== null) return;
    const ended = new Promise(exit => notifier.once('exit', exit));
    notifier.kill(signal);
    await ended;
  }
}

if (import.meta.main) {
  const site = await PreviewSite.start(undefined, Number(process.argv[2] ?? 0));
  process.stdout.write(`${site.origin}/preview/\n`);
  process.once('SIGINT', () => void site.stop().then(() => process.exit()));
}
