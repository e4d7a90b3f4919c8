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

/** These count only when the event is new; a repetition keeps or computes them. */
const ONLY_WHEN_NEW = new Set(['tally']);

/**
 * Deduplication as operators of Netcool/OMNIbus know it: a repeated event counts up and refreshes what it gives.
 * A late report never turns last_occurrence back. A cleared event that occurs again is a problem again, and nobody has
 * acknowledged that one yet.
 */
export function eventUpsertSql(table: TableDefinition, others: readonly string[]): string {
  const columns = [...EVENT_HEAD, ...others].map(quoteName);
  const set = others
    .filter(column => !ONLY_WHEN_NEW.has(column))
    .map(column => `${quoteName(column)} = excluded.${quoteName(column)}`);
  set.push('tally = events.tally + 1', 'last_occurrence = max(events.last_occurrence, excluded.last_occurrence)');
  const changed = others
    .filter(column => column === 'severity' || column === 'type')
    .map(column => `events.${column} <> excluded.${column}`);
  if (changed.length > 0)
    set.push(`state_change = iif(${changed.join(' OR ')}, excluded.state_change, events.state_change)`);
  if (others.includes('severity') && !others.includes('acknowledged'))
    set.push('acknowledged = iif(events.severity = 0 AND excluded.severity > 0, 0, events.acknowledged)');
  return `INSERT INTO main.${quoteName(table.name)} (${columns.join(', ')})
    VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (identifier) DO UPDATE SET ${set.join(', ')}`;
}
