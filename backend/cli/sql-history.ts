import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Plenty for a search with Ctrl-R, and below 100 kB. */
const STATEMENTS_MAX = 1_000;

export function historyFile(env: Readonly<Record<string, string | undefined>>): string {
  const state = env.XDG_STATE_HOME;
  if (state) return join(state, 'panelcast', 'history');
  return join(env.HOME ?? homedir(), '.panelcast_history');
}

/** The statements of earlier prompts, newest first, one a line. A history that cannot be read or kept is no error. */
export class SqlHistory {
  readonly #file: string;
  readonly #statements: string[];

  constructor(file: string) {
    this.#file = file;
    this.#statements = load(file);
  }

  get statements(): readonly string[] {
    return this.#statements;
  }

  add(statement: string): void {
    const line = statement.replaceAll(/\s*\n\s*/g, ' ');
    const before = this.#statements.indexOf(line);
    if (before !== -1) this.#statements.splice(before, 1);
    this.#statements.unshift(line);
    this.#statements.splice(STATEMENTS_MAX);
  }

  /** Statements hold what people look for: for the user's eyes only. */
  save(): void {
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      const next = `${this.#file}.${process.pid}`;
      writeFileSync(
        next,
        this.#statements
          .toReversed()
          .map(line => `${line}\n`)
          .join(''),
        { mode: 0o600 },
      );
      renameSync(next, this.#file);
    } catch {
      // A read-only home takes the history, not the work.
    }
  }
}

function load(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).toReversed().slice(0, STATEMENTS_MAX);
  } catch {
    // The first prompt of this user.
    return [];
  }
}
