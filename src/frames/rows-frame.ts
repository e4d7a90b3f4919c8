import type { DataFrame } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import type { ColumnBuffers } from './column-buffers.ts';
import { grafanaField, HIDDEN } from './field-config.ts';
import { gather } from './gather.ts';
import type { ViewContent } from './view-content.ts';

/** Rows as a table, in the order that the request says. */
export function rowsFrame(content: ViewContent, buffers: ColumnBuffers): DataFrame {
  const { order, store } = content;
  const fields = shownFields(content).map(({ field, isHidden }) => {
    const values = buffers.take(field.name, order.slots.length);
    gather(field, store.rows.columnOf(field.of ?? field.name) ?? [], order.slots, values);
    const made = grafanaField(field, values);
    return isHidden ? { ...made, config: { ...made.config, custom: HIDDEN } } : made;
  });
  return { fields, length: order.slots.length };
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
