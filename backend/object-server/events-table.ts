import { PanelcastError } from '../lib/panelcast-error.ts';
import type { EnumEntry } from '../protocol/schema.ts';
import type { ColumnDefinition, TableDefinition } from './table-schema.ts';

/**
 * The colours that an operator of Netcool/OMNIbus knows, each readable under the text that Grafana writes on it: dark
 * where its brightness is above 180, light otherwise.
 */
export const SEVERITIES: readonly EnumEntry[] = [
  { value: 0, name: 'clear', color: '#2e7d4f' },
  { value: 1, name: 'indeterminate', color: '#8e5ab5' },
  { value: 2, name: 'warning', color: '#2d73b3' },
  { value: 3, name: 'minor', color: '#f2cc0c' },
  { value: 4, name: 'major', color: '#ffa640' },
  { value: 5, name: 'critical', color: '#d6283d' },
];

export const TYPES: readonly EnumEntry[] = [
  { value: 0, name: 'information' },
  { value: 1, name: 'problem' },
  { value: 2, name: 'resolution' },
];

export const SUPPRESSIONS: readonly EnumEntry[] = [
  { value: 0, name: 'normal' },
  { value: 1, name: 'escalated' },
  { value: 2, name: 'escalated level 2' },
  { value: 3, name: 'escalated level 3' },
  { value: 4, name: 'suppressed' },
];

/** For rows that come by a user's INSERT; intake always gives its own times. */
const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

const COLUMNS: readonly ColumnDefinition[] = [
  {
    name: 'identifier',
    type: 'text',
    nullable: false,
    description: 'The deduplication key: events with the same identifier are one row.',
  },
  {
    name: 'serial',
    type: 'integer',
    nullable: false,
    description: 'The number of the row, given by the object server and never reused.',
  },
  text('node', 'The machine or device that the event is about.'),
  text('node_alias', 'Another name or the address of the node.'),
  text('site', 'The site that the node stands in.'),
  text('location', 'Where in the site, such as a room or rack.'),
  text('service', 'The service that depends on the node.'),
  text('agent', 'The probe or monitor that reported the event.'),
  text('manager', 'The system that the agent belongs to.'),
  text('alert_group', 'The kind of alert, such as LinkState.'),
  text('alert_key', 'What of the node is concerned, such as an interface.'),
  { ...count('class', 0, 'The class of the source, by which tools and menus are chosen.') },
  {
    ...count('type', 1, 'Whether the event tells of a problem, of its resolution, or just informs.'),
    values: TYPES,
  },
  { ...count('severity', 1, 'How bad it is, from 0 clear to 5 critical.'), values: SEVERITIES },
  { name: 'summary', type: 'text', nullable: false, default: '', description: 'One line for people.' },
  time('first_occurrence', 'When the event was reported first.'),
  time('last_occurrence', 'When the event was reported last.'),
  time('state_change', 'When severity or type last changed.'),
  count('tally', 1, 'How often the event was reported.'),
  { ...count('acknowledged', 0, 'Whether somebody took notice.'), format: 'boolean' },
  text('owner', 'The person who has the event in hand.'),
  text('owner_group', 'The group that has the event in hand.'),
  { ...count('suppressed', 0, 'Whether it is escalated or kept off the lists.'), values: SUPPRESSIONS },
  {
    name: 'expires_after',
    type: 'integer',
    nullable: true,
    format: 'seconds',
    description: 'How long after its last occurrence the event is cleared by itself.',
  },
  text('ip', 'The address of the node.'),
  text('url', 'Where to read more.'),
  {
    name: 'extra',
    type: 'text',
    nullable: true,
    format: 'json',
    description: 'Whatever else the reporter knows, as a JSON object.',
  },
];

/** The built-in table, with the columns that a configuration adds at its end. */
export function eventsTable(extra: readonly ColumnDefinition[] = []): TableDefinition {
  const names = new Set(COLUMNS.map(column => column.name));
  for (const { name, nullable, default: value } of extra) {
    if (names.has(name.toLowerCase()))
      throw new PanelcastError('bad-config', `columns: "${name}" is a built-in column; choose another name`);
    if (!nullable && (value === undefined || value === null))
      throw new PanelcastError('bad-config', `columns: "${name}" must be nullable or have a default`);
  }
  return {
    name: 'events',
    primaryKey: 'serial',
    columns: [...COLUMNS, ...extra],
    description: 'What probes and monitors report: one row for each identifier.',
  };
}

function text(name: string, description: string): ColumnDefinition {
  return { name, type: 'text', nullable: true, description };
}

function count(name: string, value: number, description: string): ColumnDefinition {
  return { name, type: 'integer', nullable: false, default: value, description };
}

function time(name: string, description: string): ColumnDefinition {
  return { name, type: 'integer', nullable: false, format: 'time-ms', defaultSql: NOW, description };
}
