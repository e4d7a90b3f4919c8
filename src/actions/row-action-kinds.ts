import { ROW_ACTIONS, type RowAction } from '../../backend/protocol/row-action.ts';
import type { EnumEntry, TableSchema } from '../../backend/protocol/schema.ts';

export interface ActionKind {
  readonly title: string;
  /** The column that it sets; a table without it cannot be acted on so. */
  readonly column?: string;
  /** What it asks for, in a word. `choice`: one of the column's values. */
  readonly value?: { readonly label: string; readonly kind: 'text' | 'choice' | 'person' };
  readonly isDestructive?: true;
}

export const ACTION_KINDS: Readonly<Record<RowAction, ActionKind>> = {
  acknowledge: { title: 'Acknowledge', column: 'acknowledged' },
  unacknowledge: { title: 'Un-acknowledge', column: 'acknowledged' },
  own: { title: 'Own', column: 'owner', value: { label: 'Owner', kind: 'person' } },
  suppress: { title: 'Suppress', column: 'suppressed', value: { label: 'Suppression', kind: 'choice' } },
  severity: { title: 'Change severity', column: 'severity', value: { label: 'Severity', kind: 'choice' } },
  note: { title: 'Add a note', column: 'extra', value: { label: 'Note', kind: 'text' } },
  delete: { title: 'Delete', isDestructive: true },
};

/** What can be done to the rows of this table. */
export function actionsFor(table: TableSchema): RowAction[] {
  const has = (column: string): boolean => table.columns.some(({ name }) => name === column);
  return ROW_ACTIONS.filter(action => {
    const { column } = ACTION_KINDS[action];
    return column === undefined || has(column);
  });
}

export function choicesFor(action: RowAction, table: TableSchema): readonly EnumEntry[] {
  const { column, value } = ACTION_KINDS[action];
  if (value?.kind !== 'choice') return [];
  return table.columns.find(({ name }) => name === column)?.values ?? [];
}
