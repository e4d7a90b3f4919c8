import { type DataFrame, FieldType, type Field as GrafanaField } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import { fieldConfig, fieldType, HIDDEN } from './field-config.ts';
import type { ViewContent } from './view-content.ts';

/** Rows as a table, in the order that the request says. */
export function rowsFrame(content: ViewContent): DataFrame {
  const { order, store } = content;
  const fields = shownFields(content).map(({ field, isHidden }) => {
    const column = store.rows.columnOf(field.of ?? field.name) ?? [];
    return grafanaField(field, gather(column, order.slots), isHidden);
  });
  return { fields, length: order.slots.length };
}

/** A field of a frame that is the panel's own: Grafana empties the arrays of the frames that it lets go. */
export function grafanaField(field: Field, values: unknown[], isHidden = false): GrafanaField {
  const type = fieldType(field);
  const config = fieldConfig(field);
  return {
    name: field.name,
    type,
    config: isHidden ? { ...config, custom: HIDDEN } : config,
    values: type === FieldType.boolean ? values.map(value => (value === null ? null : value !== 0)) : values,
  };
}

/** What was asked, then the key if it was not; columns that only say the order are not shown. */
function shownFields({ fields, request }: ViewContent): { field: Field; isHidden: boolean }[] {
  const { columns } = request;
  if (columns === undefined) return fields.map(field => ({ field, isHidden: false }));
  const asked = fields.filter(({ name }) => columns.includes(name));
  const key = fields.find(field => field.key && !columns.includes(field.name));
  return [
    ...asked.map(field => ({ field, isHidden: false })),
    ...(key === undefined ? [] : [{ field: key, isHidden: true }]),
  ];
}

export function gather(column: readonly Value[], slots: readonly number[]): Value[] {
  const values = new Array<Value>(slots.length);
  for (let i = 0; i < slots.length; i++) values[i] = column[slots[i]!]!;
  return values;
}
