import { type CliIo, write } from './cli-io.ts';

/** Often enough to look alive, seldom enough to cost nothing. */
const REDRAW_MS = 200;

/** What became of the events so far; on a terminal, a line that is drawn over. */
export class SendProgress {
  sent = 0;
  accepted = 0;
  rejected = 0;
  readonly #io: CliIo;
  readonly #startedMs = performance.now();
  #drawnMs = 0;
  #isDrawn = false;

  constructor(io: CliIo) {
    this.#io = io;
  }

  get line(): string {
    return `sent ${this.sent}, accepted ${this.accepted}, rejected ${this.rejected}`;
  }

  draw(note = ''): void {
    const now = performance.now();
    if (!this.#io.isTerminal.stderr || (note === '' && now - this.#drawnMs < REDRAW_MS)) return;
    const perSecond = Math.round((1_000 * this.sent) / Math.max(1, now - this.#startedMs));
    this.#io.stderr.write(`\r\x1b[K${this.line} (${perSecond}/s)${note && `; ${note}`}`);
    this.#drawnMs = now;
    this.#isDrawn = true;
  }

  /** A line that stays, above the one that is drawn over. */
  async say(text: string): Promise<void> {
    await this.clear();
    await write(this.#io.stderr, `panelcast: ${text}\n`);
  }

  async clear(): Promise<void> {
    if (this.#isDrawn) await write(this.#io.stderr, '\r\x1b[K');
    this.#isDrawn = false;
  }
}
