import type { DatabaseSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Capture, CaptureMark } from './capture.ts';
import { sqlFailure } from './readers/sql-failure.ts';
import { type BoundParameters, bindParameters, type StatementParameters } from './readers/statement-parameters.ts';
import { singleStatement, type Token } from './readers/statement-text.ts';
import { quoteName } from './sql-text.ts';
import { storageError } from './sqlite-error.ts';
import type { StatementGuard } from './statement-guard.ts';
import type { TableDefinition } from './table-schema.ts';
import type { Idempotency, Outcome, Write } from './write.ts';
import { checkWriteBudget, type PlanLine } from './write-budget.ts';

export interface StatementOutcome extends Outcome {
  /** Rows that the statement and its triggers changed; 0 when all had those values already. */
  readonly changes: number;
}

export interface UserStatementOptions {
  readonly guard: StatementGuard;
  readonly tables: readonly TableDefinition[];
  /** Told after each statement, while its transaction is still open. */
  readonly done: () => void;
}

interface UserStatement {
  readonly sql: string;
  readonly tokens: readonly Token[];
  readonly bound: BoundParameters;
}

const DUPLICATE_EVENT = 'UNIQUE constraint failed: events.identifier';
const DUPLICATE_REMEDY =
  'add ON CONFLICT (identifier) DO UPDATE SET tally = tally + 1, …, or send the event to /api/events, which does so';

const KEYWORDS = ['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'WITH'];

/** Users' INSERT, UPDATE, DELETE and REPLACE: guarded, within a budget, and each alone in its transaction. */
export class UserStatements {
  readonly #db: DatabaseSync;
  readonly #capture: Capture;
  readonly #options: UserStatementOptions;

  constructor(db: DatabaseSync, capture: Capture, options: UserStatementOptions) {
    this.#db = db;
    this.#capture = capture;
    this.#options = options;
  }

  write(sql: string, params: StatementParameters = [], idempotency?: Idempotency): Write<StatementOutcome> {
    const tokens = singleStatement(sql);
    const keyword = tokens[0]!.text.toUpperCase();
    if (!KEYWORDS.includes(keyword))
      throw new PanelcastError(
        'forbidden',
        `a statement that writes begins with ${KEYWORDS.join(', ')}; not ${keyword}`,
        {
          position: tokens[0]!.start,
        },
      );
    const statement = { sql, tokens, bound: bindParameters(tokens, params) };
    const bytes = 2 * sql.length + 2 * JSON.stringify(params).length;
    return { alone: true, rows: 1, bytes, idempotency, apply: () => this.#apply(statement) };
  }

  #apply(statement: UserStatement): StatementOutcome {
    const mark = this.#capture.mark();
    try {
      this.#options.guard.guarded(() => this.#run(statement));
    } catch (error) {
      throw this.#failure(error, statement);
    }
    this.#refuseNul(mark);
    this.#options.done();
    return { changes: this.#capture.mark().changes - mark.changes, seq: this.#capture.seq };
  }

  #run({ sql, bound }: UserStatement): void {
    const statement = this.#db.prepare(sql);
    if (!this.#options.guard.writes)
      throw new PanelcastError('forbidden', 'the statement does not write; send it as a query');
    const explain = this.#db.prepare(`EXPLAIN QUERY PLAN ${sql}`);
    const plan = explain.all(bound.named, ...bound.positional) as unknown as PlanLine[];
    checkWriteBudget(plan, this.#rowCounts());
    statement.run(bound.named, ...bound.positional);
  }

  /** Rowids are counted up, so the greatest is at least the number of rows. */
  #rowCounts(): ReadonlyMap<string, number> {
    const counts = this.#options.tables.map(({ name }): [string, number] => {
      const rows = this.#db.prepare(`SELECT max(rowid) AS n FROM main.${quoteName(name)}`).get()?.n;
      return [name.toLowerCase(), Number(rows ?? 0)];
    });
    return new Map(counts);
  }

  /** Texts with a NUL would be cut short wherever they are read, so they must not come in by way of SQL either. */
  #refuseNul(mark: CaptureMark): void {
    const changes = this.#capture.since(mark);
    for (const table of this.#options.tables) {
      const keys = changes.filter(change => change.table === table.name && change.after).map(change => change.key);
      if (keys.length === 0) continue;
      const found = this.#db.prepare(nulSql(table)).get({ keys: JSON.stringify(keys) });
      if (found) throw new PanelcastError('bad-sql', `the statement puts a NUL character into table "${table.name}"`);
    }
  }

  /** A fault of the statement is the user's to read, in SQLite's words. */
  #failure(error: unknown, { sql, tokens }: UserStatement): unknown {
    if (storageError(error, () => true)) return error;
    if (error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_RANGE')
      return new PanelcastError(
        'bad-sql',
        'the statement makes an integer beyond ±2^53, which is kept nowhere exactly',
        {
          cause: error,
        },
      );
    if (error instanceof Error && error.message === DUPLICATE_EVENT)
      return new PanelcastError('bad-sql', `${DUPLICATE_EVENT}; ${DUPLICATE_REMEDY}`, { cause: error });
    const { tables, guard } = this.#options;
    return sqlFailure(error, {
      sql,
      tokens,
      tables: tables.map(table => table.name),
      columns: tables.flatMap(table => table.columns.map(column => column.name)),
      probe: text => this.#complaint(() => guard.guarded(() => this.#db.prepare(text))),
    });
  }

  #complaint(run: () => void): string | undefined {
    try {
      run();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

/** Whether a row among `:keys` has a text with a NUL. A key that has one was captured cut short at it. */
function nulSql(table: TableDefinition): string {
  const key = quoteName(table.primaryKey);
  const conditions = table.columns
    .filter(column => column.type === 'text')
    .map(column => `instr(${quoteName(column.name)}, char(0)) > 0`);
  const isTextKey = table.columns.some(column => column.name === table.primaryKey && column.type === 'text');
  const match = isTextKey ? `${key} >= panelcast_key AND ${key} < panelcast_key || char(1)` : `${key} = panelcast_key`;
  return `SELECT 1 FROM (SELECT value AS panelcast_key FROM json_each(:keys)) JOIN main.${quoteName(table.name)} ON ${match}
    WHERE ${conditions.join(' OR ') || 'FALSE'} LIMIT 1`;
}
