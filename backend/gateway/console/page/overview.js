import { byId, mark, say } from './dom.js';
import { count, duration, millis, percent, plural, rate } from './format.js';

/** The head of the page, what is wrong, and the big numbers. */

const OWN = 'panelcast';
const WRITES_WAITING = 1000;
const past = [];

/** Work for panels, without the notifier's looking at itself. */
function savings(tables, rates) {
  const work = { asked: 0, made: 0, askedRate: 0, madeRate: 0 };
  for (const { asked, made, source } of tables.rows('sources')) {
    if (source === OWN) continue;
    work.asked += asked;
    work.made += made;
    work.askedRate += rates.of(`asked ${source}`) ?? 0;
    work.madeRate += rates.of(`made ${source}`) ?? 0;
  }
  return work;
}

export function showOverview(tables, rates) {
  const all = tables.row('notifier');
  if (!all) return;
  showFacts(all);
  showSavings(savings(tables, rates));
  say(byId('viewers'), count(all.viewers));
  say(byId('viewers-note'), all.stale > 0 ? `${count(all.stale)} behind` : 'all keep up');
  say(byId('panels'), count(all.registrations));
  const kept = all.lingering > 0 ? `, ${count(all.lingering)} more kept for a while` : '';
  say(byId('panels-note'), `ask for ${plural(all.views - all.lingering, 'view')}${kept}`);
  showChanges(tables, rates);
  say(byId('interval'), millis(all.interval_ms));
  const stretched = all.interval_ms > all.base_interval_ms;
  say(byId('interval-note'), stretched ? `throttled: ${all.why}` : `as configured, throttle ${all.throttle}`);
  mark(byId('interval').parentElement, 'data-level', stretched ? 'warn' : 'good');
  mark(byId('viewers').parentElement, 'data-level', all.stale > 0 ? 'warn' : 'good');
  showHealth(all, tables, rates);
}

function showFacts({ epoch, seq, started_at, version }) {
  const facts = [`version ${version}`, `up ${duration(Date.now() - started_at)}`, `seq ${seq.toLocaleString('en')}`];
  say(byId('facts'), [...facts, `epoch ${epoch}`].join(' · '));
}

function showSavings({ asked, askedRate, made, madeRate }) {
  const share = askedRate > 0 ? Math.max(0, 1 - madeRate / askedRate) : undefined;
  say(byId('saved'), share === undefined ? '–' : percent(share));
  byId('saved-bar').style.width = `${share === undefined ? 0 : 100 * (1 - share)}%`;
  const now = `polling would ask ${rate(askedRate)} a second, ${rate(madeRate)} are made`;
  say(byId('saved-now'), askedRate > 0 ? now : 'Nobody asks at the moment.');
  say(byId('saved-total'), `since the start ${count(asked)} would have been asked, ${count(made)} were made`);
}

function showChanges(tables, rates) {
  const each = tables.rows('tables').map(({ table_name }) => rates.of(`rows ${table_name}`));
  if (each.includes(undefined)) return;
  const changes = each.reduce((sum, value) => sum + value, 0);
  say(byId('changes'), rate(changes));
  past.push(changes);
  if (past.length > 60) past.shift();
  const top = Math.max(1, ...past);
  const points = past.map((value, i) => `${60 - past.length + i},${(19 - (18 * value) / top).toFixed(1)}`);
  byId('changes-spark').firstElementChild.setAttribute('points', points.join(' '));
}

/** What somebody who was woken up has to know, worst first. */
function showHealth(all, tables, rates) {
  const faults = tables
    .rows('refusals')
    .filter(({ what }) => /^(internal|storage|overloaded)/.test(what) && rates.of(`refused ${what}`) > 0)
    .map(({ what }) => `“${what}” is being answered right now; the notifier’s log says why.`);
  const warnings = [];
  if (all.stale > 0)
    warnings.push(
      `${plural(all.stale, 'viewer')} cannot keep up; they get a fresh snapshot when they answer, the others go on.`,
    );
  if (all.interval_ms > all.base_interval_ms)
    warnings.push(
      `Updates come every ${millis(all.interval_ms)} instead of ${millis(all.base_interval_ms)}: ${all.why}.`,
    );
  if (all.queued_writes > WRITES_WAITING)
    warnings.push(`${count(all.queued_writes)} writes wait for the store; probes are sending faster than it commits.`);
  if (all.store_mode !== 'durable') warnings.push(`Store mode ${all.store_mode}: a crash may lose the newest events.`);
  const last = tables.rows('sweeps').findLast(({ due }) => due);
  const well = `All well: every viewer keeps up${last ? `, the last sweep took ${millis(last.busy_ms)} of ${millis(last.interval_ms)}` : ''}.`;
  const sentences = [...faults, ...warnings];
  health(faults.length > 0 ? 'bad' : warnings.length > 0 ? 'warn' : 'good', sentences.join(' ') || well);
}

export function health(level, words) {
  mark(byId('health'), 'data-level', level);
  say(byId('health'), words);
}
