import type { CutSubject } from '../notifier/cut-subject.ts';
import { tableSql } from '../notifier/own-subjects.ts';
import { filterText, isText, PANEL_COLUMNS, type PanelFilter, type PanelRow } from '../notifier/panels.ts';
import { peerModule } from './peer-module.ts';

interface Live {
  query(
    sql: string,
    parameters: readonly unknown[],
    told: (result: { rows: readonly PanelRow[] }) => void,
  ): Promise<unknown>;
}

interface Pglite {
  readonly live: Live;
  exec(sql: string): Promise<unknown>;
  query(sql: string, parameters: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Live queries of PostgreSQL compiled to WebAssembly: each runs again whenever its table changes. */
export class PgliteSubject implements CutSubject {
  readonly #db: Pglite;
  /** The last result of each. */
  #views: (readonly PanelRow[])[] = [];
  #told = 0;
  #missing = 0;
  #complete: () => void = () => {};

  private constructor(db: Pglite) {
    this.#db = db;
  }

  static async create(): Promise<PgliteSubject> {
    const { PGlite } = await peerModule<{ PGlite: { create(options: object): Promise<Pglite> } }>(
      '@electric-sql/pglite',
    );
    const { live } = await peerModule<{ live: object }>('@electric-sql/pglite/live');
    return new PgliteSubject(await PGlite.create({ extensions: { live } }));
  }

  async load(rows: readonly PanelRow[]): Promise<void> {
    await this.#db.exec(tableSql('events'));
    for (const column of ['node', 'site', 'service', 'class'])
      await this.#db.exec(`CREATE INDEX events_${column} ON events (${column})`);
    for (let from = 0; from < rows.length; from += 1000) await this.#store(rows.slice(from, from + 1000));
    await this.#db.exec('ANALYZE');
  }

  async watch(filters: readonly PanelFilter[]): Promise<void> {
    for (const [view, filter] of filters.entries())
      await this.#db.live.query(
        `SELECT ${PANEL_COLUMNS.join(', ')} FROM events WHERE ${filterText(filter)}`,
        [],
        ({ rows }) => this.#tell(view, rows),
      );
  }

  async cut(changed: readonly PanelRow[]): Promise<void> {
    this.#told = 0;
    this.#missing = this.#views.length;
    const complete = new Promise<void>(resolve => (this.#complete = resolve));
    await this.#store(changed);
    await complete;
  }

  rowsTold(): number {
    return this.#told;
  }

  async contents(): Promise<readonly (readonly PanelRow[])[]> {
    return this.#views;
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  #tell(view: number, rows: readonly PanelRow[]): void {
    this.#views[view] = rows;
    this.#told += rows.length;
    if (--this.#missing === 0) this.#complete();
  }

  async #store(rows: readonly PanelRow[]): Promise<void> {
    const columns = PANEL_COLUMNS.map(column => `${column} ${isText(column) ? 'text' : 'integer'}`).join(', ');
    await this.#db.query(
      `INSERT INTO events SELECT * FROM json_to_recordset($1::json) AS given(${columns})
       ON CONFLICT (identifier) DO UPDATE SET severity = excluded.severity, tally = excluded.tally`,
      [JSON.stringify(rows)],
    );
  }
}
