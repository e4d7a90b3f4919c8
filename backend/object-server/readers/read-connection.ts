import { DatabaseSync, type DatabaseSyncOptions, type StatementSync } from 'node:sqlite';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { AccessPolicy, type Grant } from './access-policy.ts';
import { answerText } from './answer-text.ts';
import { checkPlanBudget, type PlanStep } from './plan-budget.ts';
import type { ReaderLimits } from './reader-limits.ts';
import { RestrictedViews, refuseDetours } from './restricted-views.ts';
import { sqlFailure } from './sql-failure.ts';
import { bindParameters, type StatementParameters } from './statement-parameters.ts';
import { singleStatement, type Token } from './statement-text.ts';

export interface ReadConnectionOptions {
  readonly file: string;
  /** Selects one row with one integer: the seq that the file is true at. */
  readonly seqSql: string;
  /** Tables that each role may read. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly limits: ReaderLimits;
}

export interface ReaderQuery {
  readonly sql: string;
  readonly params?: StatementParameters;
  readonly role: string;
  /** Table → SQL condition that every row of it must satisfy before this identity may see it. */
  readonly restrictions?: Readonly<Record<string, string>>;
}

/** Enough to tell hopeless from feasible, and counted in a few milliseconds. */
const COUNTED_ROWS_MAX = 100_000;

/** Verbs that SQLite knows and that are not for readers; anything else unknown is its parser's to explain. */
const REFUSED_VERBS =
  /^(alter|analyze|attach|begin|commit|create|delete|detach|drop|end|insert|pragma|reindex|release|replace|rollback|savepoint|update|vacuum)$/i;

/**
 * A connection that can only read, and only what the role of each statement may. The doors, from outside in: the file is
 * opened read-only, query_only is set, the text is one SELECT, SQLite's limits hold, and the authorizer asks the policy
 * for each table, column and function. Time and memory are watched from outside of the thread that runs this.
 */
export class ReadConnection {
  readonly #db: DatabaseSync;
  readonly #policy = new AccessPolicy();
  readonly #options: ReadConnectionOptions;
  readonly #seq: StatementSync;
  readonly #schemaNames: StatementSync;
  readonly #modules: readonly string[];
  readonly #views: RestrictedViews;

  constructor(options: ReadConnectionOptions) {
    this.#options = options;
    this.#db = new DatabaseSync(options.file, openOptions(options.limits));
    this.#db.exec(
      'PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; PRAGMA query_only=ON',
    );
    this.#seq = this.#db.prepare(options.seqSql);
    this.#schemaNames = this.#db.prepare('SELECT name FROM main.sqlite_schema');
    this.#modules = this.#db.prepare('SELECT name FROM pragma_module_list').all().map(textOf);
    this.#views = new RestrictedViews(this.#db);
    this.#db.setAuthorizer(this.#policy.authorize);
    this.#readSeq();
  }

  close(): void {
    this.#db.close();
  }

  /** The answer as JSON. The transaction is over when this returns, so that a reader never pins the write-ahead log. */
  answer(query: ReaderQuery): string {
    const tokens = singleStatement(query.sql);
    this.#checkVerb(tokens[0]!);
    const grant = this.#grantOf(query, tokens);
    this.#db.exec('BEGIN');
    try {
      return this.#answerWithin(query, tokens, grant);
    } catch (cause) {
      throw sqlFailure(cause, {
        sql: query.sql,
        tokens,
        tables: grant.tables,
        columns: this.#columnsOf(grant),
        probe: text => this.#complaintAbout(text, grant),
      });
    } finally {
      this.#db.exec('ROLLBACK');
    }
  }

  #answerWithin(query: ReaderQuery, tokens: readonly Token[], grant: Grant): string {
    const seq = this.#readSeq();
    const { limits } = this.#options;
    this.#checkPlan(query.sql, tokens, grant);
    return this.#policy.as(grant, () => {
      const statement = this.#db.prepare(query.sql);
      const columns = statement.columns().map(column => column.name);
      if (columns.length === 0) throw new PanelcastError('forbidden', 'only statements that answer rows are read here');
      const { named, positional } = bindParameters(tokens, query.params ?? []);
      return answerText(columns, statement.iterate(named, ...positional), seq, limits);
    });
  }

  #checkVerb(first: Token): void {
    if (first.kind !== 'word' || !REFUSED_VERBS.test(first.text)) return;
    throw new PanelcastError(
      'forbidden',
      `only SELECT, INSERT, UPDATE and DELETE are run here, and this statement begins with ${first.text.toUpperCase()}`,
      { position: first.start },
    );
  }

  #grantOf({ role, restrictions }: ReaderQuery, tokens: readonly Token[]): Grant {
    const { tables } = this.#options;
    const readable = Object.hasOwn(tables, role) ? tables[role]! : undefined;
    if (!readable) throw new PanelcastError('forbidden', `the role "${role}" may not run SQL`);
    if (restrictions && Object.keys(restrictions).length > 0) refuseDetours(tokens);
    return {
      role,
      tables: new Set(readable.map(table => table.toLowerCase())),
      known: this.#knownNames(),
      hiddenViews: this.#views.arrange(restrictions ?? {}),
    };
  }

  /** Anew for each statement: the writer may have added a table. */
  #knownNames(): ReadonlySet<string> {
    return new Set([...this.#modules, ...this.#schemaNames.all().map(row => textOf(row).toLowerCase())]);
  }

  #readSeq(): number {
    return Number(cellOf(this.#seq.get(), 0) ?? 0);
  }

  #checkPlan(sql: string, tokens: readonly Token[], grant: Grant): void {
    if (/^explain$/i.test(tokens[0]!.text)) return;
    const plan = this.#policy.as(grant, () => this.#db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
    const steps = plan.map((row): PlanStep => ({ parent: Number(cellOf(row, 1)), detail: String(cellOf(row, 3)) }));
    const rowsOf = (table: string) => (grant.tables.has(table.toLowerCase()) ? this.#countRows(table) : undefined);
    checkPlanBudget(steps, tokens, rowsOf, this.#options.limits.scannedRowsMax);
  }

  #countRows(table: string): number {
    const name = `"${table.replaceAll('"', '""')}"`;
    const row = this.#db.prepare(`SELECT count(*) FROM (SELECT 1 FROM ${name} LIMIT ${COUNTED_ROWS_MAX})`).get();
    return Number(cellOf(row, 0));
  }

  #columnsOf({ tables }: Grant): string[] {
    const names = this.#db.prepare('SELECT name FROM pragma_table_info(?)');
    return [...tables].flatMap(table => names.all(table).map(textOf));
  }

  #complaintAbout(sql: string, grant: Grant): string | undefined {
    try {
      this.#policy.as(grant, () => this.#db.prepare(sql));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : undefined;
    }
  }
}

/** Rows are typed as objects by @types/node; `returnArrays` makes them arrays. */
function cellOf(row: unknown, index: number): unknown {
  return Array.isArray(row) ? row[index] : undefined;
}

function textOf(row: unknown): string {
  return String(cellOf(row, 0));
}

/** `limits` is in Node 24.21 and not yet in its types. */
function openOptions(limits: ReaderLimits): DatabaseSyncOptions & { limits: Record<string, number> } {
  return {
    readOnly: true,
    // Only while the writer recovers or resets the log is a reader locked out.
    timeout: 1_000,
    returnArrays: true,
    readBigInts: true,
    allowBareNamedParameters: false,
    limits: {
      length: limits.valueBytesMax,
      sqlLength: limits.sqlBytesMax + 'EXPLAIN QUERY PLAN '.length,
      column: 500,
      exprDepth: 500,
      compoundSelect: 100,
      functionArg: 127,
      attach: 0,
      // LIKE costs text × pattern.
      likePatternLength: 1_000,
      variableNumber: 1_000,
    },
  };
}
