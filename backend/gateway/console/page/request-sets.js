import { byId, element, keep, mark, say } from './dom.js';
import { count, millis, plural, rate } from './format.js';

const OWN = 'panelcast';

const COLUMNS = [
  { name: 'Filter', of: set => set.filter.toLowerCase() },
  { name: 'Metric views', of: set => set.metric_views, show: set => count(set.metric_views) },
  { name: 'Pure views', of: set => set.pure_views, show: set => count(set.pure_views) },
  { name: 'Panels', of: set => set.registrations, show: set => count(set.registrations) },
  { name: 'Changes/s', of: set => set.rate ?? -1, show: set => rate(set.rate) },
  { name: 'Cost a cut', of: set => set.cost ?? -1, show: set => millis(set.cost) },
  { name: 'Interval', of: set => set.interval ?? 0, show: set => millis(set.interval) },
  { name: 'Mode', of: set => set.modes, show: set => set.modes || '–' },
];

/** One body of a table a set: a row for the filter, and when it is opened its ⟨metric views, pure views⟩. */
export class RequestSets {
  #table = document.querySelector('#sets table');
  #open = new Set();
  #sort = { column: 3, down: true };
  #latest;
  #places = new Map();

  constructor() {
    const head = this.#table.tHead.rows[0];
    head.append(
      ...COLUMNS.map(({ name }, column) => {
        const button = element('button', { type: 'button' }, name);
        button.addEventListener('click', () => this.#sortBy(column));
        return element('th', { scope: 'col' }, button);
      }),
    );
    for (const id of ['sets-find', 'sets-own']) byId(id).addEventListener('input', () => this.#draw(true));
  }

  show(tables, rates) {
    const views = Map.groupBy(tables.rows('views'), ({ filter_set }) => filter_set);
    const sets = tables.rows('sets').map(set => withViews(set, views.get(set.filter_set) ?? [], rates));
    this.#latest = { sets, session: tables.session };
    this.#draw();
  }

  #sortBy(column) {
    this.#sort = { column, down: this.#sort.column === column ? !this.#sort.down : column > 0 };
    this.#draw(true);
  }

  /** `asked`: by a press; otherwise rows do not move away under the pointer. */
  #draw(asked) {
    if (!this.#latest) return;
    const { session, sets } = this.#latest;
    const wanted = byId('sets-find').value.trim().toLowerCase();
    const own = byId('sets-own').checked;
    const shown = sets.filter(set => (own || set.source !== OWN) && (wanted === '' || set.words.includes(wanted)));
    const { of } = COLUMNS[this.#sort.column];
    const sign = this.#sort.down ? -1 : 1;
    if (this.#table.matches(':hover') && !asked) shown.sort((a, b) => this.#place(a) - this.#place(b));
    else shown.sort((a, b) => sign * compare(of(a), of(b)) || compare(a.filter, b.filter));
    this.#places = new Map(shown.map(({ filter_set }, i) => [filter_set, i]));
    for (const [i, cell] of [...this.#table.tHead.rows[0].cells].entries())
      mark(cell, 'aria-sort', i !== this.#sort.column ? 'none' : this.#sort.down ? 'descending' : 'ascending');
    keep(this.#table, shown, {
      after: this.#table.tHead,
      key: set => set.filter_set,
      make: set => this.#make(set),
      update: (body, set) => this.#update(body, set),
    });
    const others = sets.some(set => set.views.some(view => !isOnly(view, session)));
    byId('sets-empty').hidden = others;
    const of_all = shown.length === sets.length ? '' : ` of ${sets.length}`;
    say(byId('sets-title'), `Request sets (${shown.length}${of_all})`);
  }

  #place({ filter_set }) {
    return this.#places.get(filter_set) ?? Infinity;
  }

  #make({ filter_set }) {
    const button = element('button', { type: 'button', className: 'filter' });
    const cells = COLUMNS.slice(1).map(({ name }) => element('td', { 'data-name': name }));
    const body = element('tbody', {}, element('tr', {}, element('th', { scope: 'row' }, button), ...cells));
    button.addEventListener('click', () => {
      if (!this.#open.delete(filter_set)) this.#open.add(filter_set);
      this.#draw();
    });
    return body;
  }

  #update(body, set) {
    const row = body.rows[0];
    const button = row.cells[0].firstChild;
    say(button, set.filter === '' ? `all ${set.table_name}` : set.filter);
    mark(
      button,
      'data-source',
      set.source === 'events' && set.table_name === 'events' ? '' : `${set.source} · ${set.table_name}`,
    );
    mark(button, 'title', button.textContent);
    for (const [i, { show }] of COLUMNS.entries()) if (show) say(row.cells[i], show(set));
    const open = this.#open.has(set.filter_set);
    mark(button, 'aria-expanded', open);
    if (!open) {
      if (body.rows.length > 1) body.rows[1].remove();
      return;
    }
    if (body.rows.length === 1) {
      const lists = ['Metric views', 'Pure views'].map(name =>
        element('section', {}, element('h3', {}, name), element('ul', { className: 'views' })),
      );
      body.append(element('tr', { className: 'members' }, element('td', { colSpan: COLUMNS.length }, ...lists)));
    }
    const [metric, pure] = body.rows[1].querySelectorAll('ul');
    showViews(
      metric,
      set.views.filter(({ kind }) => kind === 'metric'),
    );
    showViews(
      pure,
      set.views.filter(({ kind }) => kind === 'pure'),
    );
  }
}

function withViews(set, views, rates) {
  const intervals = views.map(({ interval_ms }) => interval_ms).filter(ms => ms !== null);
  const modes = new Set(views.flatMap(({ modes }) => (modes === '' ? [] : modes.split(', '))));
  const members = views.map(({ members, what }) => `${what} ${members}`).join(' ');
  return {
    ...set,
    views: views.map(view => ({ ...view, rate: rates.of(`view ${view.view}`) })),
    rate: rates.of(`set ${set.filter_set}`),
    cost: set.cuts > 0 ? set.cost_ms / set.cuts : undefined,
    interval: intervals.length > 0 ? Math.min(...intervals) : undefined,
    modes: [...modes].join(', '),
    words: `${set.filter} ${set.source} ${set.table_name} ${members}`.toLowerCase(),
  };
}

function showViews(list, views) {
  keep(list, views, {
    key: ({ view }) => view,
    make: () => element('li', {}, element('b'), element('span'), element('span', { className: 'who' })),
    update: (node, view) => {
      const [what, work, who] = node.children;
      say(what, `${view.view}: ${view.what}`);
      const cost = view.cuts > 0 ? `, ${millis(view.cost_ms / view.cuts)} a cut` : '';
      say(work, `${plural(view.viewers, 'viewer')}, ${rate(view.rate)} changes/s${cost}, ${view.modes || 'no stream'}`);
      say(who, membersOf(view));
    },
  });
}

function membersOf({ members, registrations }) {
  if (registrations === 0) return 'nobody watches; kept for a while';
  const [primary, ...secondaries] = members.split(', ');
  if (secondaries.length === 0) return `primary ${primary}, no secondary`;
  const more = registrations - 1 - secondaries.length;
  const names = secondaries.slice(0, 8).join(', ');
  const rest = more + Math.max(0, secondaries.length - 8);
  return `primary ${primary}, ${plural(registrations - 1, 'secondary', 'secondaries')}: ${names}${rest > 0 ? ` and ${count(rest)} more` : ''}`;
}

function isOnly({ members }, session) {
  return members.split(', ').every(member => member === '' || member.startsWith(`${session}/`));
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
