import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { quoteName } from '../object-server/sql-text.ts';
import type { ActionRequest, RowAction } from '../protocol/row-action.ts';
import type { ColumnSchema, Key, TableSchema, Value } from '../protocol/schema.ts';

export interface ActionFacts {
  readonly asked: ActionRequest;
  readonly table: TableSchema;
  readonly keys: readonly Key[];
  readonly user: string | undefined;
  readonly nowMs: number;
}

export interface Statement {
  readonly sql: string;
  readonly params: readonly Value[];
}

/** One line and some more; a story belongs into a ticket. */
const NOTE_CHARS = 2000;

/** The one statement that does an action to these rows. Values are parameters; names come from the schema. */
export function actionStatement(facts: ActionFacts): Statement {
  const { asked, keys, table } = facts;
  const name = quoteName(table.name);
  const where = `WHERE ${quoteName(table.primaryKey)} IN (SELECT value FROM json_each(?))`;
  const which = JSON.stringify(keys);
  if (asked.action === 'delete') return { sql: `DELETE FROM ${name} ${where}`, params: [which] };
  const { params, set } = assignment(asked.action, facts);
  return { sql: `UPDATE ${name} SET ${set} ${where}`, params: [...params, which] };
}

/** The refusal of a note for one of the rows, which then is added to none, in place of SQLite's word for it. */
export function noteRefusal(error: unknown): unknown {
  if (!(error instanceof PanelcastError) || error.message !== 'malformed JSON') return error;
  const why =
    'column "extra" of one of them is no JSON object, or its "notes" are no list; set that right with SQL first';
  return new PanelcastError('conflict', `the note was added to none of these rows: ${why}`, { cause: error });
}

interface Assignment {
  readonly set: string;
  readonly params: readonly Value[];
}

function assignment(action: Exclude<RowAction, 'delete'>, facts: ActionFacts): Assignment {
  const { nowMs, table } = facts;
  switch (action) {
    case 'acknowledge':
      return { set: `${column('acknowledged', facts)} = 1`, params: [] };
    case 'unacknowledge':
      return { set: `${column('acknowledged', facts)} = 0`, params: [] };
    case 'own':
      return { set: `${column('owner', facts)} = ?`, params: [owner(facts)] };
    case 'suppress':
      return { set: `${column('suppressed', facts)} = ?`, params: [choice('suppressed', facts)] };
    case 'severity': {
      const severity = column('severity', facts);
      const value = choice('severity', facts);
      if (!table.columns.some(({ name }) => name === 'state_change'))
        return { set: `${severity} = ?`, params: [value] };
      const changed = `state_change = CASE WHEN ${severity} = ? THEN state_change ELSE ? END`;
      return { set: `${changed}, ${severity} = ?`, params: [value, nowMs, value] };
    }
    case 'note': {
      const extra = `coalesce(nullif(${column('extra', facts)}, ''), '{}')`;
      const note = JSON.stringify({
        at: nowMs,
        ...(facts.user !== undefined && { by: facts.user }),
        text: noteText(facts),
      });
      const fits = `json_type(${extra}) = 'object' AND coalesce(json_type(${extra}, '$.notes'), 'array') = 'array'`;
      // Where a note would be lost, or replace what is there, the whole statement fails: see noteRefusal.
      const set = `extra = CASE WHEN iif(json_valid(${extra}), ${fits}, FALSE)
        THEN json_set(${extra}, '$.notes[#]', json(?)) ELSE json('no ' || ${extra}) END`;
      return { set, params: [note] };
    }
  }
}

function column(name: string, { asked, table }: ActionFacts): string {
  find(name, table, asked.action);
  return quoteName(name);
}

function find(name: string, table: TableSchema, action: RowAction): ColumnSchema {
  const found = table.columns.find(known => known.name === name);
  if (found !== undefined) return found;
  throw new PanelcastError(
    'bad-request',
    `action ${action} sets the column "${name}", which table ${table.name} does not have`,
  );
}

function owner({ asked: { value }, user }: ActionFacts): string | null {
  if (value === undefined && user === undefined)
    throw new PanelcastError(
      'bad-request',
      'action own needs a value: this identity has no user name that could be the owner',
    );
  const name = String(value ?? user).trim();
  return name === '' ? null : name;
}

/** One of the column's values, by number or name. */
function choice(name: string, { asked: { action, value }, table }: ActionFacts): number {
  const { values = [] } = find(name, table, action);
  const wanted = String(value ?? '').trim();
  const entry = values.find(known => known.name === wanted.toLowerCase() || String(known.value) === wanted);
  if (entry !== undefined) return entry.value;
  const meant = nearest(
    wanted,
    values.map(known => known.name),
  );
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  const known = values.map(each => `${each.value} ${each.name}`).join(', ');
  throw new PanelcastError('bad-request', `action ${action} needs a value of ${name}: ${known}${hint}`);
}

function noteText({ asked: { value } }: ActionFacts): string {
  const text = String(value ?? '').trim();
  if (text.length > 0 && text.length <= NOTE_CHARS) return text;
  throw new PanelcastError('bad-request', `action note needs a value: a text of 1 to ${NOTE_CHARS} characters`);
}
