import { quoteName } from './sql-text.ts';
import type { TableDefinition } from './table-schema.ts';

/** The columns that every stored event has a parameter for, first in each statement and in this order. */
export const EVENT_HEAD: readonly string[] = [
  'serial',
  'identifier',
  'last_occurrence',
  'first_occurrence',
  'state_change',
];

/** Where the identifier stands in it. */
export const IDENTIFIER = 1;

/** These count only when the event is new; a repetition keeps or computes them. */
const ONLY_WHEN_NEW = new Set(['tally']);

/**
 * Deduplication as operators of Netcool/OMNIbus know it: a repeated event counts up and refreshes what it gives. A
 * cleared event that occurs again is a problem again, and nobody has acknowledged that one yet. A report that is older
 * than what is stored changes no row: its tally is for `LATE_EVENT_SQL`. The last parameter is the present time: a
 * stored time counts at most as that, whatever clock it came from.
 */
export function eventUpsertSql(table: TableDefinition, others: readonly string[]): string {
  const columns = [...EVENT_HEAD, ...others].map(quoteName);
  const set = others
    .filter(column => !ONLY_WHEN_NEW.has(column))
    .map(column => `${quoteName(column)} = ${column === 'extra' ? EXTRA : `excluded.${quoteName(column)}`}`);
  set.push(
    'tally = events.tally + 1',
    'last_occurrence = excluded.last_occurrence',
    'first_occurrence = min(events.first_occurrence, excluded.last_occurrence)',
  );
  const changed = others
    .filter(column => column === 'severity' || column === 'type')
    .map(column => `events.${column} <> excluded.${column}`);
  if (changed.length > 0)
    set.push(`state_change = iif(${changed.join(' OR ')}, excluded.state_change, events.state_change)`);
  if (others.includes('severity') && !others.includes('acknowledged'))
    set.push('acknowledged = iif(events.severity = 0 AND excluded.severity > 0, 0, events.acknowledged)');
  return `INSERT INTO main.${quoteName(table.name)} (${columns.join(', ')})
    VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (identifier) DO UPDATE SET ${set.join(', ')}
    WHERE excluded.last_occurrence >= min(events.last_occurrence, ?)`;
}

/** For an event of this identifier where the upsert changed nothing. */
export const LATE_EVENT_SQL = 'UPDATE main.events SET tally = tally + 1 WHERE identifier = ?';

/**
 * Operators' notes stand in `extra` too, and stay when a report gives another object without notes of its own. Most
 * events have none, which a search in the text tells without reading it as JSON.
 */
const EXTRA = `iif(instr(events.extra, '"notes"') > 0 AND json_valid(events.extra)
    AND json_valid(coalesce(excluded.extra, '{}')) AND json_type(events.extra, '$.notes') = 'array'
    AND json_type(excluded.extra, '$.notes') IS NULL,
  json_set(coalesce(excluded.extra, '{}'), '$.notes', events.extra -> '$.notes'), excluded.extra)`;
