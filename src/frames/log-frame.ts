import { type DataFrame, DataFrameType, FieldType, type Field as GrafanaField } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import { valueText } from './field-config.ts';
import type { ViewContent } from './view-content.ts';

/** How Grafana calls the levels that alarms have. */
const LEVELS: Readonly<Record<string, string>> = {
  critical: 'critical',
  major: 'error',
  minor: 'warning',
  warning: 'warning',
  indeterminate: 'debug',
  clear: 'info',
};

interface Line {
  /** In the order of the view's fields. */
  readonly values: readonly (Value | undefined)[];
  readonly id: string;
  readonly op?: string;
}

/** Rows as lines; where the mode tells every change, a line a change, the newest last. */
export function logFrame(content: ViewContent): DataFrame {
  const { store } = content;
  const fields = store.rows.fields;
  const lines = store.changes.changes.length > 0 ? changeLines(content) : rowLines(content);
  const roles = rolesOf(fields);
  const at = (line: Line, role: number): Value => line.values[role] ?? null;
  const labelled = fields.flatMap((field, index) => (Object.values(roles).includes(index) ? [] : [{ field, index }]));
  const labels = lines.map(line => ({
    ...Object.fromEntries(labelled.map(({ field, index }) => [field.name, valueText(field, at(line, index))])),
    ...(line.op && { change: line.op }),
  }));
  const levels = lines.map(line => levelOf(fields[roles.level], at(line, roles.level)));
  return {
    fields: [
      lineField(
        'timestamp',
        FieldType.time,
        lines.map(line => at(line, roles.time)),
      ),
      lineField(
        'body',
        FieldType.string,
        lines.map(line => String(at(line, roles.body) ?? '')),
      ),
      lineField('severity', FieldType.string, levels),
      lineField(
        'id',
        FieldType.string,
        lines.map(({ id }) => id),
      ),
      lineField('labels', FieldType.other, labels),
    ],
    length: lines.length,
    meta: { type: DataFrameType.LogLines, typeVersion: [0, 0] },
  };
}

function lineField(name: string, type: FieldType, values: unknown[]): GrafanaField {
  return { name, type, config: {}, values };
}

function rowLines({ order, store }: ViewContent): Line[] {
  const columns = store.rows.fields.map((_, index) => store.rows.column(index));
  const key = columns[store.rows.fields.findIndex(field => field.key)];
  return Array.from(order.slots, slot => ({
    values: columns.map(column => column[slot]),
    id: String(key?.[slot] ?? slot),
  }));
}

function changeLines({ store }: ViewContent): Line[] {
  return store.changes.changes.map(({ op, seq, values }) => ({ values, id: String(seq), op }));
}

/** Which column says when, which says what, and which says how bad. */
function rolesOf(fields: readonly Field[]) {
  const find = (...tests: ((field: Field) => boolean)[]): number => {
    for (const test of tests) {
      const index = fields.findIndex(test);
      if (index >= 0) return index;
    }
    return -1;
  };
  const isTime = (field: Field): boolean => field.format === 'time-ms';
  return {
    time: find(({ name }) => name === 'last_occurrence', isTime),
    body: find(
      ({ name }) => name === 'summary',
      ({ name }) => name === 'message',
      field => field.type === 'text' && !field.key,
    ),
    level: find(
      ({ name }) => name === 'severity',
      ({ name }) => name === 'level',
    ),
  };
}

function levelOf(field: Field | undefined, value: Value): string {
  if (field === undefined) return '';
  const name = valueText(field, value);
  return LEVELS[name.toLowerCase()] ?? name;
}
