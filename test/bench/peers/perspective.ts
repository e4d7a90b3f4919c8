import type { CutSubject } from '../notifier/cut-subject.ts';
import { isText, PANEL_COLUMNS, type PanelFilter, type PanelRow, type Term } from '../notifier/panels.ts';
import { peerModule } from './peer-module.ts';

type PerspectiveTerm = readonly [column: string, op: string, value: unknown];

interface View {
  on_update(told: (update: unknown) => void, options: { mode: 'row' }): Promise<void>;
  num_rows(): Promise<number>;
  to_json(): Promise<readonly PanelRow[]>;
}

interface Table {
  update(rows: readonly PanelRow[]): Promise<void>;
  view(config: { columns: readonly string[]; filter: readonly PerspectiveTerm[] }): Promise<View>;
  size(): Promise<number>;
}

interface Perspective {
  table(schema: Readonly<Record<string, string>>, options: { index: string }): Promise<Table>;
}

/** A streaming query engine in WebAssembly: views of an indexed table, told their changed rows. */
export class PerspectiveSubject implements CutSubject {
  readonly #table: Table;
  readonly #views: View[] = [];
  #told = 0;

  private constructor(table: Table) {
    this.#table = table;
  }

  static async create(): Promise<PerspectiveSubject> {
    const { default: perspective } = await peerModule<{ default: Perspective }>('@finos/perspective');
    const schema = Object.fromEntries(PANEL_COLUMNS.map(column => [column, isText(column) ? 'string' : 'integer']));
    return new PerspectiveSubject(await perspective.table(schema, { index: 'serial' }));
  }

  async load(rows: readonly PanelRow[]): Promise<void> {
    await this.#table.update(rows);
    await this.#table.size();
  }

  async watch(filters: readonly PanelFilter[]): Promise<void> {
    for (const filter of filters) {
      const view = await this.#table.view({ columns: PANEL_COLUMNS, filter: filter.map(perspectiveTerm) });
      await view.on_update(() => this.#told++, { mode: 'row' });
      this.#views.push(view);
    }
  }

  /** Requests are answered in order: the last view's answer comes after what the update had to tell. */
  async cut(changed: readonly PanelRow[]): Promise<void> {
    this.#told = 0;
    await this.#table.update(changed);
    await this.#views.at(-1)?.num_rows();
    await new Promise(resolve => setImmediate(resolve));
  }

  rowsTold(): number {
    return this.#told;
  }

  async contents(): Promise<readonly (readonly PanelRow[])[]> {
    return Promise.all(this.#views.map(view => view.to_json()));
  }

  async close(): Promise<void> {}
}

function perspectiveTerm(term: Term): PerspectiveTerm {
  if (term.op === 'in') return [term.column, 'in', term.values];
  return [term.column, { '=': '==', '>=': '>=', '<=': '<=', prefix: 'begins with' }[term.op], term.value];
}
