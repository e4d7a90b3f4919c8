import type { DatabaseSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Capture } from './capture.ts';
import { sqlFailure } from './readers/sql-failure.ts';
import { type BoundParameters, bindParameters, type StatementParameters } from './readers/statement-parameters.ts';
import { offsetOfName, singleStatement, type Token } from './readers/statement-text.ts';
import { quoteName } from './sql-text.ts';
import { storageError } from './sqlite-error.ts';
import type { StatementGuard } from './statement-guard.ts';
import { expectedInSql, StatementValues } from './statement-values.ts';
import type { TableDefinition } from './table-schema.ts';
import type { Idempotency, Outcome, Write } from './write.ts';
import { checkWriteBudget, type PlanLine } from './write-budget.ts';

export interface StatementOutcome extends Outcome {
  /** Rows that the statement and its triggers changed; 0 when all had those values already. */
  readonly changes: number;
  /** As the statement was given them. */
  readonly rows?: number;
}

export interface StatementOptions {
  readonly idempotency?: Idempotency | undefined;
  /** How many rows the statement is meant for, which is remembered with its outcome. */
  readonly rows?: number | undefined;
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
  readonly #values: StatementValues;

  constructor(db: DatabaseSync, capture: Capture, options: UserStatementOptions) {
    this.#db = db;
    this.#capture = capture;
    this.#options = options;
    this.#values = new StatementValues(options.tables);
  }

  write(sql: string, params: StatementParameters = [], how: StatementOptions = {}): Write<StatementOutcome> {
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
    const rows = how.rows === undefined ? {} : { rows: how.rows };
    const apply = () => ({ ...rows, ...this.#apply(statement) });
    return { alone: true, rows: 1, bytes, idempotency: how.idempotency, apply };
  }

  #apply(statement: UserStatement): StatementOutcome {
    const mark = this.#capture.mark();
    try {
      this.#options.guard.guarded(() => this.#run(statement));
    } catch (error) {
      throw this.#failure(error, statement);
    }
    this.#values.check(this.#capture.since(mark));
    this.#options.done();
    return { changes: this.#capture.mark().changes - mark.changes, seq: this.#capture.seq };
  }

  #run({ bound, sql, tokens }: UserStatement): void {
    const statement = this.#db.prepare(sql);
    if (!this.#options.guard.writes)
      throw new PanelcastError('forbidden', 'the statement does not write; send it as a query');
    if (statement.columns().length > 0)
      throw refusalAt(
        tokens,
        'RETURNING',
        'RETURNING is not answered here; leave it out, and SELECT the rows afterwards',
      );
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
    const typeFault = typeFaultOf(error, tables);
    if (typeFault !== undefined) return refusalAt(tokens, typeFault.column, typeFault.message, error);
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

function refusalAt(tokens: readonly Token[], name: string, message: string, cause?: unknown): PanelcastError {
  const position = offsetOfName(tokens, name);
  return new PanelcastError('bad-sql', message, { cause, ...(position === undefined ? {} : { position }) });
}

/** SQLite says which column cannot take a value of which type; what it can take is ours to say. */
function typeFaultOf(error: unknown, tables: readonly TableDefinition[]) {
  const message = error instanceof Error ? error.message : '';
  const [, name, columnName] = /^cannot store \w+ value in \w+ column (\w+)\.(\w+)$/.exec(message) ?? [];
  const column = tables.find(table => table.name === name)?.columns.find(known => known.name === columnName);
  return column && { column: column.name, message: `${message}; it ${expectedInSql(column)}` };
}
