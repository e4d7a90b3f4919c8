import type { Change } from '../object-server/change.ts';
import type { Row } from '../protocol/schema.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import type { ViewChange } from '../views/view.ts';

/** A change of the log as a view of rows would have had it when it was made; undefined where it would not. */
export function loggedChange(
  { set, view }: ViewEntry,
  { after, before, key, seq, table }: Change,
): ViewChange | undefined {
  if (table !== set.table.name || view.kind !== 'rows') return undefined;
  const inside = (row: Row | undefined) => (row !== undefined && set.filter.matches(row, 0) ? row : undefined);
  const change = { seq, key, before: inside(before), after: inside(after) };
  return view.shows(change) ? change : undefined;
}
