import { createInterface, type Interface } from 'node:readline';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ApiClient } from './api-client.ts';
import { type CliIo, write } from './cli-io.ts';
import { resultText } from './result-text.ts';
import { SqlCompletion } from './sql-completion.ts';
import { sqlFault } from './sql-fault.ts';
import type { SqlHistory } from './sql-history.ts';
import { isBlank, splitStatements } from './sql-statements.ts';

const FIRST = 'panelcast> ';
const NEXT = '       ... ';
const HELP = `Statements end with a semicolon and may span lines. Tab completes, arrow up recalls, Ctrl-C cancels, Ctrl-D ends.
  .tables   the tables
  .quit     ends, as Ctrl-D
`;

/** A terminal's conversation with a notifier: statements in, tables out, until the input ends. */
export class SqlPrompt {
  readonly #client: ApiClient;
  readonly #io: CliIo;
  readonly #history: SqlHistory;
  readonly #readline: Interface;
  #completion = new SqlCompletion();
  /** Lines of a statement that is not ended yet. */
  #typed = '';
  /** Lines are worked off one after the other, also when they are pasted. */
  #work: Promise<void> = Promise.resolve();
  #running: AbortController | undefined;
  /** readline's own list, which it lets us change. */
  #recalled: string[] | undefined;
  #isClosed = false;

  constructor(client: ApiClient, io: CliIo, history: SqlHistory) {
    this.#client = client;
    this.#io = io;
    this.#history = history;
    this.#readline = createInterface({
      input: io.stdin,
      output: io.stdout,
      terminal: true,
      prompt: FIRST,
      history: [...history.statements],
      historySize: 1_000,
      removeHistoryDuplicates: true,
      completer: (line: string) => this.#complete(line),
    });
  }

  /** Resolves when the user is done. */
  async run(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#readline.on('line', line => {
      this.#work = this.#work.then(() => this.#take(line)).catch(closed.reject);
    });
    this.#readline.on('history', lines => {
      this.#recalled = lines;
    });
    this.#readline.on('SIGINT', () => this.#interrupt());
    this.#readline.on('close', () => {
      this.#isClosed = true;
      closed.resolve();
    });
    await this.#learnSchema();
    this.#prompt();
    await closed.promise;
    await this.#work;
    await write(this.#io.stdout, '\n');
    this.#history.save();
  }

  async #learnSchema(): Promise<void> {
    try {
      this.#completion = new SqlCompletion(await this.#client.schema());
      await write(this.#io.stdout, `Connected to ${this.#client.url}; .help helps.\n`);
    } catch (error) {
      if (!(error instanceof PanelcastError)) throw error;
      // The prompt is of use without completion, and the notifier may come up yet.
      await write(this.#io.stderr, `panelcast: ${error.message}; going on without names to complete\n`);
    }
  }

  async #take(line: string): Promise<void> {
    if (this.#typed === '' && line.trim().startsWith('.')) {
      await this.#obey(line.trim());
    } else {
      const { statements, rest } = splitStatements(this.#typed + line);
      this.#typed = isBlank(rest) ? '' : `${rest.trimStart()}\n`;
      for (const sql of statements) await this.#execute(sql);
    }
    this.#prompt();
  }

  #prompt(): void {
    if (this.#isClosed) return;
    this.#readline.setPrompt(this.#typed === '' ? FIRST : NEXT);
    this.#readline.prompt();
  }

  async #obey(command: string): Promise<void> {
    if (command === '.quit' || command === '.exit') this.#readline.close();
    else if (command === '.tables') await write(this.#io.stdout, `${this.#completion.tables.join('\n')}\n`);
    else await write(this.#io.stdout, HELP);
  }

  async #execute(sql: string): Promise<void> {
    this.#remember(sql);
    const running = new AbortController();
    this.#running = running;
    try {
      const answer = await this.#client.sql(sql, undefined, running.signal);
      await write(this.#io.stdout, resultText(answer, 'table', this.#io.columns()));
      if ('truncated' in answer)
        await write(this.#io.stdout, 'The answer was cut off at its limit; there are more rows.\n');
    } catch (error) {
      if (!(error instanceof PanelcastError)) throw error;
      await write(this.#io.stdout, sqlFault(error, sql, this.#io.columns()));
    } finally {
      this.#running = undefined;
    }
  }

  #interrupt(): void {
    if (this.#running) {
      this.#running.abort();
      return;
    }
    this.#readline.write(null, { ctrl: true, name: 'e' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
    // Behind the lines that were typed before it.
    this.#work = this.#work.then(async () => {
      this.#typed = '';
      await write(this.#io.stdout, '\n');
      this.#prompt();
    });
  }

  /** readline recalls lines; people recall statements. */
  #remember(sql: string): void {
    this.#history.add(`${sql};`);
    this.#recalled?.splice(0, this.#recalled.length, ...this.#history.statements);
  }

  #complete(line: string): [string[], string] {
    return this.#completion.complete(this.#typed + line);
  }
}
