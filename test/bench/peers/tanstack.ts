import type { CutSubject } from '../notifier/cut-subject.ts';
import type { PanelColumn, PanelFilter, PanelRow, Term } from '../notifier/panels.ts';
import { peerModule } from './peer-module.ts';

type Expression = object;
type Reference = Readonly<Record<PanelColumn, Expression>>;

interface Collection {
  subscribeChanges(told: (changes: readonly unknown[]) => void): unknown;
  preload(): Promise<void>;
  readonly toArray: readonly PanelRow[];
}

interface Sync {
  begin(): void;
  write(change: { type: 'insert' | 'update'; value: PanelRow }): void;
  commit(): void;
  markReady(): void;
}

interface QueryBuilder {
  from(source: { event: Collection }): { where(keep: (from: { event: Reference }) => Expression): unknown };
}

interface TanStack {
  createCollection(options: {
    getKey: (row: PanelRow) => number;
    sync: { sync: (sync: Sync) => void };
    startSync: true;
  }): Collection;
  createLiveQueryCollection(options: { query: (builder: QueryBuilder) => unknown; startSync: true }): Collection;
  eq(a: Expression, b: unknown): Expression;
  gte(a: Expression, b: unknown): Expression;
  lte(a: Expression, b: unknown): Expression;
  inArray(a: Expression, b: unknown): Expression;
  like(a: Expression, b: string): Expression;
  and(...terms: readonly Expression[]): Expression;
}

/** Live query collections: incremental, in JavaScript. */
export class TanStackSubject implements CutSubject {
  readonly #db: TanStack;
  readonly #events: Collection;
  readonly #views: Collection[] = [];
  #sync!: Sync;
  #told = 0;

  private constructor(db: TanStack) {
    this.#db = db;
    this.#events = db.createCollection({
      getKey: row => row.serial,
      sync: {
        sync: sync => {
          this.#sync = sync;
        },
      },
      startSync: true,
    });
  }

  static async create(): Promise<TanStackSubject> {
    return new TanStackSubject(await peerModule<TanStack>('@tanstack/db'));
  }

  async load(rows: readonly PanelRow[]): Promise<void> {
    this.#write('insert', rows);
    this.#sync.markReady();
  }

  async watch(filters: readonly PanelFilter[]): Promise<void> {
    for (const filter of filters) {
      const view = this.#db.createLiveQueryCollection({
        query: builder => builder.from({ event: this.#events }).where(({ event }) => this.#condition(event, filter)),
        startSync: true,
      });
      await view.preload();
      this.#views.push(view);
      view.subscribeChanges(changes => {
        this.#told += changes.length;
      });
    }
  }

  async cut(changed: readonly PanelRow[]): Promise<void> {
    this.#told = 0;
    this.#write('update', changed);
    await new Promise(resolve => setImmediate(resolve));
  }

  rowsTold(): number {
    return this.#told;
  }

  async contents(): Promise<readonly (readonly PanelRow[])[]> {
    return this.#views.map(({ toArray }) => toArray);
  }

  async close(): Promise<void> {}

  #write(type: 'insert' | 'update', rows: readonly PanelRow[]): void {
    this.#sync.begin();
    for (const value of rows) this.#sync.write({ type, value });
    this.#sync.commit();
  }

  #condition(event: Reference, filter: PanelFilter): Expression {
    const terms = filter.map(term => this.#term(event[term.column], term));
    return terms.length === 1 ? terms[0]! : this.#db.and(...terms);
  }

  #term(column: Expression, term: Term): Expression {
    switch (term.op) {
      case '=':
        return this.#db.eq(column, term.value);
      case '>=':
        return this.#db.gte(column, term.value);
      case '<=':
        return this.#db.lte(column, term.value);
      case 'in':
        return this.#db.inArray(column, term.values);
      case 'prefix':
        return this.#db.like(column, `${term.value}%`);
    }
  }
}
