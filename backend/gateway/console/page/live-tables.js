/**
 * Frames become rows. What comes between two cuts is applied at the second, all at once, so that no two numbers on the
 * page are ever of different moments.
 */
export class LiveTables {
  asOf = 0;
  session = '';
  #views = new Map();
  #ids = new Map();
  #pending = [];
  #onCut;

  constructor(onCut) {
    this.#onCut = onCut;
  }

  /** The rows of what was opened under this id, as objects; empty before the first cut. */
  rows(id) {
    return [...(this.#ids.get(id)?.rows.values() ?? [])];
  }

  row(id) {
    return this.rows(id)[0];
  }

  /** How a column's values are named and coloured. */
  entries(id, column) {
    return this.#ids.get(id)?.fields.find(({ name }) => name === column)?.values ?? [];
  }

  take(message) {
    switch (message.type) {
      case 'welcome':
        this.session = message.session;
        this.#views.clear();
        this.#ids.clear();
        this.#pending = [];
        break;
      case 'opened':
        this.#open(message);
        break;
      case 'snap':
      case 'delta':
      case 'metric':
        this.#pending.push(message);
        break;
      case 'cut':
        for (const frame of this.#pending.splice(0)) this.#apply(frame);
        this.asOf = message.asOf;
        this.#onCut(this);
    }
  }

  #open({ fields, id, view: name }) {
    const view = this.#views.get(name) ?? { fields, rows: new Map() };
    this.#views.set(name, view);
    this.#ids.set(id, view);
  }

  #apply({ fields, remove = [], type, upsert, values = upsert, view: name }) {
    const view = this.#views.get(name);
    if (!view) return;
    view.fields = fields ?? view.fields;
    if (type !== 'delta') view.rows = new Map();
    for (const key of remove) view.rows.delete(key);
    const keyName = view.fields.find(field => field.key)?.name;
    for (let i = 0; i < (values?.[0]?.length ?? 0); i++) {
      const row = Object.fromEntries(view.fields.map((field, at) => [field.name, values[at][i]]));
      view.rows.set(keyName ? row[keyName] : i, row);
    }
  }
}
