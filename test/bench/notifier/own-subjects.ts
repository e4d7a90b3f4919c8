import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Columns, Delta, Snap } from '../../../backend/protocol/messages.ts';
import { NotifierStage } from '../support/notifier-stage.ts';
import type { CutSubject } from './cut-subject.ts';
import { filterText, isText, PANEL_COLUMNS, type PanelFilter, type PanelRow } from './panels.ts';

/** The whole way: stored, captured, logged, matched, cut, encoded. */
export class PanelcastSubject implements CutSubject {
  readonly #stage = new NotifierStage();
  /** By what it is called on the wire; equal filters share one. */
  readonly #views = new Map<string, PanelView>();
  /** In the order of the filters. */
  readonly #opened: string[] = [];

  async load(rows: readonly PanelRow[]): Promise<void> {
    for (let from = 0; from < rows.length; from += 1000) this.#send(rows.slice(from, from + 1000));
  }

  async watch(filters: readonly PanelFilter[]): Promise<void> {
    this.#stage.join(filters.map(filter => ({ filter: filterText(filter), columns: PANEL_COLUMNS })));
    this.#stage.pass();
    this.rowsTold();
  }

  async cut(changed: readonly PanelRow[]): Promise<void> {
    this.#send(changed);
    this.#stage.pass();
  }

  rowsTold(): number {
    let rows = 0;
    for (const message of this.#stage.messages()) {
      if (message.type === 'opened') this.#opened.push(message.view);
      else if (message.type === 'snap') this.#views.set(message.view, new PanelView(message));
      else if (message.type === 'delta') rows += this.#views.get(message.view)!.take(message);
    }
    return rows;
  }

  async contents(): Promise<readonly (readonly PanelRow[])[]> {
    return this.#opened.map(view => this.#views.get(view)!.rows);
  }

  close(): Promise<void> {
    return this.#stage.close();
  }

  #send(rows: readonly PanelRow[]): void {
    this.#stage.send(rows.map(({ serial, tally, ...event }) => event));
  }
}

/** A viewer's side of one view. */
class PanelView {
  readonly #names: readonly string[];
  readonly #rows = new Map<number, PanelRow>();

  constructor({ fields, values }: Snap) {
    this.#names = fields.map(({ name }) => name);
    this.#put(values);
  }

  get rows(): readonly PanelRow[] {
    return [...this.#rows.values()];
  }

  take({ remove = [], upsert = [] }: Delta): number {
    this.#put(upsert);
    for (const key of remove) this.#rows.delete(Number(key));
    return (upsert[0]?.length ?? 0) + remove.length;
  }

  #put(columns: Columns): void {
    columns[0]?.forEach((_, i) => {
      const cells = this.#names.map((name, column) => [name, columns[column]![i]]);
      const row = Object.fromEntries(cells) as unknown as PanelRow;
      this.#rows.set(row.serial, row);
    });
  }
}

/** What a dashboard does today: every query again, on a database in memory with the indexes that help most. */
export class RerunSubject implements CutSubject {
  readonly #db = new DatabaseSync(':memory:');
  readonly #upsert: StatementSync;
  #queries: StatementSync[] = [];
  #rows = 0;

  constructor() {
    this.#db.exec(tableSql('events'));
    for (const column of ['node', 'site', 'service', 'class'])
      this.#db.exec(`CREATE INDEX events_${column} ON events (${column})`);
    this.#upsert = this.#db.prepare(`INSERT INTO events VALUES (${PANEL_COLUMNS.map(() => '?').join(', ')})
      ON CONFLICT (identifier) DO UPDATE SET severity = excluded.severity, tally = excluded.tally`);
  }

  async load(rows: readonly PanelRow[]): Promise<void> {
    this.#store(rows);
    this.#db.exec('ANALYZE');
  }

  async watch(filters: readonly PanelFilter[]): Promise<void> {
    this.#queries = filters.map(filter => {
      const query = this.#db.prepare(`SELECT ${PANEL_COLUMNS.join(', ')} FROM events WHERE ${filterText(filter)}`);
      query.setReturnArrays(true);
      return query;
    });
  }

  async cut(changed: readonly PanelRow[]): Promise<void> {
    this.#store(changed);
    this.#rows = 0;
    for (const query of this.#queries) this.#rows += query.all().length;
  }

  rowsTold(): number {
    return this.#rows;
  }

  async contents(): Promise<readonly (readonly PanelRow[])[]> {
    return this.#queries.map(query => {
      query.setReturnArrays(false);
      return query.all() as unknown as PanelRow[];
    });
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #store(rows: readonly PanelRow[]): void {
    this.#db.exec('BEGIN');
    for (const row of rows) this.#upsert.run(...PANEL_COLUMNS.map(column => row[column]));
    this.#db.exec('COMMIT');
  }
}

export function tableSql(name: string): string {
  const columns = PANEL_COLUMNS.map(column => `${column} ${isText(column) ? 'text' : 'integer'} NOT NULL`);
  return `CREATE TABLE ${name} (${columns.join(', ')}, PRIMARY KEY (serial), UNIQUE (identifier))`;
}
