import type { DataFrame } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import type { ColumnBuffers } from './column-buffers.ts';
import { grafanaField, HIDDEN } from './field-config.ts';
import { gather } from './gather.ts';
import type { ViewContent } from './view-content.ts';

/** Rows as a table, in the order that the request says. */
export function rowsFrame(content: ViewContent, buffers: ColumnBuffers): DataFrame {
  const { slots } = content.order;
  const shown = shownFields(content).map(({ field, isHidden }) => {
    const column = content.store.rows.columnOf(field.of ?? field.name) ?? [];
    return { field, isHidden, column, into: buffers.take(field.name, slots.length) };
  });
  gather(shown, slots);
  const fields = shown.map(({ field, into, isHidden }) => {
    const made = grafanaField(field, into);
    return isHidden ? { ...made, config: { ...made.config, custom: HIDDEN } } : made;
  });
  return { fields, length: slots.length };
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
