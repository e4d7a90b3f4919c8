import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Value } from '../protocol/schema.ts';
import type { Capture, CaptureMark } from './capture.ts';
import { quoteName } from './sql-text.ts';
import { sqliteCode } from './sqlite-error.ts';
import type { StatementGuard } from './statement-guard.ts';
import { scanStatement } from './statement-scan.ts';
import type { TableDefinition } from './table-schema.ts';
import type { Idempotency, Outcome, Write } from './write.ts';

export interface StatementOutcome extends Outcome {
  /** Rows that the statement and its triggers changed; 0 when all had those values already. */
  readonly changes: number;
}

/** By position, or by name as `:name`, `@name` or `$name` in the statement. */
export type StatementParams = readonly Value[] | Readonly<Record<string, Value>>;

const KEYWORDS = ['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'WITH'];

/** Users' INSERT, UPDATE, DELETE and REPLACE, each alone in its transaction and guarded. */
export class UserStatements {
  readonly #db: DatabaseSync;
  readonly #capture: Capture;
  readonly #guard: StatementGuard;
  readonly #tables: readonly TableDefinition[];
  readonly #done: () => void;

  /** `done` is told after each statement, while its transaction is still open. */
  constructor(db: DatabaseSync, capture: Capture, options: UserStatementOptions) {
    this.#db = db;
    this.#capture = capture;
    this.#guard = options.guard;
    this.#tables = options.tables;
    this.#done = options.done;
  }

  write(sql: string, params: StatementParams = [], idempotency?: Idempotency): Write<StatementOutcome> {
    const keyword = scanStatement(sql);
    if (!KEYWORDS.includes(keyword))
      throw new PanelcastError(
        'forbidden',
        `a statement that writes begins with ${KEYWORDS.join(', ')}, not ${keyword}`,
      );
    const values = bindable(params);
    return {
      alone: true,
      rows: 1,
      bytes: 2 * sql.length + 100 * values.length,
      idempotency,
      apply: () => this.#run(sql, values),
    };
  }

  #run(sql: string, params: SQLInputValue[]): StatementOutcome {
    const mark = this.#capture.mark();
    try {
      this.#guard.run(sql, params);
      this.#refuseNul(mark);
    } catch (error) {
      throw statementError(error);
    }
    this.#done();
    return { changes: this.#capture.mark().changes - mark.changes, seq: this.#capture.seq };
  }

  /** Texts with a NUL would be cut short wherever they are read, so they must not come in by way of SQL either. */
  #refuseNul(mark: CaptureMark): void {
    const changes = this.#capture.since(mark);
    for (const table of this.#tables) {
      const keys = changes.filter(change => change.table === table.name && change.after).map(change => change.key);
      if (keys.length === 0) continue;
      const hasNul = table.columns
        .filter(column => column.type === 'text')
        .map(column => `instr(${quoteName(column.name)}, char(0)) > 0`);
      if (hasNul.length === 0) continue;
      const key = quoteName(table.primaryKey);
      const found = this.#db
        .prepare(
          `SELECT 1 FROM json_each(?) AS keys LEFT JOIN main.${quoteName(table.name)} ON ${key} = keys.value
           WHERE ${hasNul.join(' OR ')} LIMIT 1`,
        )
        .get(JSON.stringify(keys));
      if (found) throw new PanelcastError('bad-sql', `the statement puts a NUL character into table "${table.name}"`);
    }
  }
}

export interface UserStatementOptions {
  readonly guard: StatementGuard;
  readonly tables: readonly TableDefinition[];
  readonly done: () => void;
}

function bindable(params: StatementParams): SQLInputValue[] {
  const isList = Array.isArray(params);
  for (const [name, value] of Object.entries(params)) {
    const where = isList ? `params[${name}]` : `params.${name}`;
    const fits = value === null || typeof value === 'string' || typeof value === 'number';
    if (!fits) throw new PanelcastError('bad-request', `${where} must be text, a number or null`);
    if (typeof value === 'string' && value.includes('\0'))
      throw new PanelcastError('bad-request', `${where} must not contain a NUL character`);
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new PanelcastError('bad-request', `${where} must be a finite number`);
  }
  return isList ? [...(params as readonly Value[])] : [params as unknown as SQLInputValue];
}

/** A fault of the statement itself is the user's to read, in SQLite's words. */
function statementError(error: unknown): unknown {
  if (error instanceof PanelcastError || !(error instanceof Error)) return error;
  if ('code' in error && (error.code === 'ERR_OUT_OF_RANGE' || error.code === 'ERR_INVALID_STATE'))
    return new PanelcastError('bad-sql', 'an integer is beyond ±2^53, which no reader could tell apart', {
      cause: error,
    });
  const code = sqliteCode(error);
  const ofTheStatement = code === undefined || [1, 4, 18, 19, 20, 23, 25].includes(code);
  if (!ofTheStatement) return error;
  return new PanelcastError('bad-sql', error.message, { cause: error });
}
