import { constants, type DatabaseSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { Capture } from './capture.ts';

/** Table-valued functions that make rows of what they are given and reach nothing else. */
const TABLE_FUNCTIONS = new Set(['json_each', 'json_tree']);
const INTERNAL = /^(sqlite_|panelcast_|pragma_|dbstat$)/i;
const FORBIDDEN_FUNCTIONS = new Set(['load_extension', 'fts3_tokenizer']);
/** A text or row that a user's statement makes may be this long, in bytes; the store's own may be longer. */
const LENGTH_MAX = 1_000_000;

/**
 * What a user's writing statement may touch. The authorizer stays installed and is asked only while `guarded` runs:
 * installing one makes SQLite compile every statement anew.
 */
export class StatementGuard {
  readonly #db: DatabaseSync;
  readonly #tables: ReadonlySet<string>;
  #isGuarding = false;
  #refusal: string | undefined;
  #writes = false;

  constructor(db: DatabaseSync, tables: readonly string[]) {
    this.#db = db;
    this.#tables = new Set(tables.map(name => name.toLowerCase()));
    db.setAuthorizer((action, first, second, _database, trigger) => {
      if (!this.#isGuarding) return constants.SQLITE_OK;
      const refusal = this.#refuse(action, first ?? '', second ?? '', trigger);
      this.#refusal ??= refusal;
      return refusal === undefined ? constants.SQLITE_OK : constants.SQLITE_DENY;
    });
  }

  /** Whether a statement compiled since `guarded` began changes rows. */
  get writes(): boolean {
    return this.#writes;
  }

  /** Runs what compiles and executes a user's statement; what the authorizer refuses is `forbidden`, with why. */
  guarded<T>(run: () => T): T {
    const { limits } = this.#db;
    const length = limits.length;
    this.#isGuarding = true;
    this.#refusal = undefined;
    this.#writes = false;
    limits.length = LENGTH_MAX;
    try {
      return run();
    } catch (error) {
      if (this.#refusal === undefined) throw error;
      throw new PanelcastError('forbidden', this.#refusal, { cause: error });
    } finally {
      this.#isGuarding = false;
      limits.length = length;
    }
  }

  /** Why SQLite must not do this, in words; undefined when it may. */
  #refuse(action: number, first: string, second: string, trigger: string | null): string | undefined {
    switch (action) {
      case constants.SQLITE_SELECT:
        return undefined;
      case constants.SQLITE_INSERT:
      case constants.SQLITE_UPDATE:
      case constants.SQLITE_DELETE:
        this.#writes = true;
        return this.#isTable(first) ? undefined : `"${first}" is not a table that can be written`;
      case constants.SQLITE_READ:
        if (this.#isTable(first) || TABLE_FUNCTIONS.has(first.toLowerCase())) return undefined;
        // Without a column it may be the name of a common table expression, whose columns come from allowed tables.
        if (second === '' && !INTERNAL.test(first)) return undefined;
        return `"${first}" is not a table that can be read`;
      case constants.SQLITE_FUNCTION:
        return this.#refuseFunction(second, trigger);
      case constants.SQLITE_RECURSIVE:
        return 'WITH RECURSIVE is not allowed in a statement that writes';
      default:
        return 'only INSERT, UPDATE, DELETE and REPLACE on the tables of /api/schema are allowed';
    }
  }

  #refuseFunction(name: string, trigger: string | null): string | undefined {
    const isOurCall = trigger !== null && Capture.isFunction(trigger);
    const isRefused = FORBIDDEN_FUNCTIONS.has(name.toLowerCase()) || (Capture.isFunction(name) && !isOurCall);
    return isRefused ? `function ${name} is not allowed` : undefined;
  }

  #isTable(name: string): boolean {
    return this.#tables.has(name.toLowerCase());
  }
}
