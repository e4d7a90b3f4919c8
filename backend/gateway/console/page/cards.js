import { byId, element, facts, keep, lines, mark, say } from './dom.js';
import { bytes, count, duration, millis, rate, time } from './format.js';

/** The cards beside the request sets: events, delivery, store, refusals. */

export function showEvents(tables) {
  const counts = new Map(tables.rows('severities').map(({ count, severity }) => [severity, count]));
  const levels = tables.entries('severities', 'severity').toSorted((a, b) => b.value - a.value);
  const most = Math.max(1, ...counts.values());
  keep(byId('severities'), levels, {
    key: ({ value }) => value,
    make: ({ color, name }) => {
      const bar = element('i');
      bar.style.background = color;
      return element('li', {}, element('span', {}, name), bar, element('b'));
    },
    update: (node, { value }) => {
      const number = counts.get(value) ?? 0;
      node.children[1].style.width = `${(100 * number) / most}%`;
      say(node.lastChild, count(number));
    },
  });
  const colors = new Map(
    tables.entries('latest', 'severity').map(({ color, name, value }) => [value, { color, name }]),
  );
  const latest = tables.rows('latest').sort((a, b) => b.last_occurrence - a.last_occurrence || b.serial - a.serial);
  keep(byId('latest'), latest, {
    key: ({ serial }) => serial,
    make: () => element('li', {}, element('i'), element('time'), element('b'), element('span')),
    update: (node, { last_occurrence, node: where, severity, summary }) => {
      const [dot, at, name, words] = node.children;
      dot.style.background = colors.get(severity)?.color ?? '';
      mark(dot, 'title', colors.get(severity)?.name ?? '');
      say(at, time(last_occurrence));
      say(name, where ?? '');
      say(words, summary ?? '');
      mark(node, 'title', summary ?? '');
    },
  });
  byId('latest-empty').hidden = latest.length > 0;
}

export function showDelivery(tables, rates) {
  const all = tables.row('notifier');
  if (!all) return;
  facts(byId('delivery'), [
    ['Sent', `${bytes(rates.of('bytes') ?? 0)} a second`],
    ['Frames encoded', `${rate(rates.of('encodings'))} a second`],
    ['Cuts written', `${rate(rates.of('deliveries'))} a second`],
    ['Groups of equal viewers', count(all.groups)],
    ['Last distribution', all.distribution_ms < 1 ? '< 1 ms' : millis(all.distribution_ms)],
    ['Conflations', count(all.conflations)],
  ]);
  const slowest = tables.rows('slow').sort((a, b) => b.stale_ms - a.stale_ms);
  const slow = slowest.map(({ session, stale_ms, user }) => ({
    name: `session ${session}${user ? ` (${user})` : ''}`,
    value: `silent for ${duration(stale_ms)}`,
  }));
  lines(byId('slow'), slow, 'None: all viewers answer.');
}

export function showStore(tables, rates) {
  const all = tables.row('notifier');
  if (!all) return;
  facts(byId('store'), [
    ['Mode', all.store_mode],
    ...tables.rows('tables').map(({ rows, table_name }) => {
      return [`Table ${table_name}`, `${count(rows)} rows, ${rate(rates.of(`rows ${table_name}`))} changes/s`];
    }),
    ['Change log', `${bytes(all.log_bytes)}, from seq ${all.log_from.toLocaleString('en')}`],
    ['On disk', bytes(all.disk_bytes)],
    ['Memory', bytes(all.rss_bytes)],
    ['Waiting writes', `${count(all.queued_writes)} (${bytes(all.queued_bytes)})`],
  ]);
  const spools = tables.rows('spools').map(spool => {
    return { name: spool.client, value: `${bytes(spool.bytes)} kept${spool.fault ? '; held up, see the log' : ''}` };
  });
  lines(byId('spools'), spools, 'Nothing: no store-and-forward client.');
}

export function showRefusals(tables) {
  const refusals = tables.rows('refusals').sort((a, b) => b.times - a.times);
  const entries = refusals.map(({ times, what }) => ({ name: what, value: count(times) }));
  lines(byId('refused'), entries, 'Nothing since the start.');
}
