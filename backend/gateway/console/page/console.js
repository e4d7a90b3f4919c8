/** The console is a viewer like any other: it registers views of the notifier's own tables, and two of the events. */
import { showDelivery, showEvents, showRefusals, showStore } from './cards.js';
import { Connection } from './connection.js';
import { askToken, DemoControls, installTheme, storedToken } from './controls.js';
import { byId, mark, say } from './dom.js';
import { LiveTables } from './live-tables.js';
import { health, showOverview } from './overview.js';
import { Rates } from './rates.js';
import { RequestSets } from './request-sets.js';
import { SweepTimeline } from './sweep-timeline.js';

const own = (table, more = {}) => ({ source: 'panelcast', table, ...more });
const REQUESTS = {
  notifier: own('notifier'),
  sources: own('sources'),
  sets: own('sets', { limit: 500, orderBy: [{ column: 'registrations', desc: true }] }),
  views: own('views', { limit: 2000, orderBy: [{ column: 'registrations', desc: true }] }),
  sweeps: own('sweeps'),
  slow: own('viewers', { filter: 'stale = 1' }),
  tables: own('tables'),
  spools: own('spools'),
  refusals: own('refusals'),
  parts: own('parts'),
  severities: { metrics: [{ fn: 'count' }], groupBy: ['severity'] },
  latest: {
    filter: 'severity >= 4',
    columns: ['severity', 'node', 'summary', 'last_occurrence'],
    orderBy: [{ column: 'last_occurrence', desc: true }],
    limit: 8,
  },
};

installTheme();
const rates = new Rates();
const sets = new RequestSets();
const timeline = new SweepTimeline();
const demo = new DemoControls((path, body) => connection.post(path, body));
const tables = new LiveTables(() => {
  rates.record(performance.now(), counters());
  showOverview(tables, rates);
  sets.show(tables, rates);
  timeline.show(tables.rows('sweeps'));
  showEvents(tables);
  showDelivery(tables, rates);
  showStore(tables, rates);
  showRefusals(tables);
  demo.show(tables);
});
const connection = new Connection(
  REQUESTS,
  {
    message: message => (message.type === 'error' ? health('bad', message.message) : tables.take(message)),
    state: showState,
    forbidden: why => {
      showState('lost', 'Locked', why);
      askToken(why, token => connection.open(token));
    },
  },
  storedToken(),
);
connection.open();

function showState(state, words, why) {
  mark(byId('state'), 'data-state', state);
  mark(document.body, 'data-state', state);
  say(byId('state').lastElementChild, words);
  if (why !== undefined) health('bad', `${words}: ${why}. What is shown is as of the last cut.`);
}

/** Everything on the page that is shown as a rate. */
function counters() {
  const found = new Map();
  const { bytes_sent = 0, deliveries = 0, encodings = 0 } = tables.row('notifier') ?? {};
  found.set('bytes', bytes_sent).set('deliveries', deliveries).set('encodings', encodings);
  for (const { asked, made, source } of tables.rows('sources'))
    found.set(`asked ${source}`, asked).set(`made ${source}`, made);
  for (const { changes, filter_set } of tables.rows('sets')) found.set(`set ${filter_set}`, changes);
  for (const { changes, view } of tables.rows('views')) found.set(`view ${view}`, changes);
  for (const { changes, table_name } of tables.rows('tables')) found.set(`rows ${table_name}`, changes);
  for (const { times, what } of tables.rows('refusals')) found.set(`refused ${what}`, times);
  return found;
}
