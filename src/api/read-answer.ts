import type { DataFrameJSON } from '@grafana/data';
import type { Columns, Field } from '../../backend/protocol/messages.ts';
import type { EnumEntry, Value } from '../../backend/protocol/schema.ts';

/** A completed answer to one request, in the terms of the wire. */
export interface Answer {
  readonly asOf: number;
  readonly fields: readonly Field[];
  readonly values: Columns;
}

interface QueryAnswer {
  readonly frames: readonly DataFrameJSON[];
  readonly asOf: number;
}

type JsonField = NonNullable<DataFrameJSON['schema']>['fields'][number];

/** `/api/query` answers in Grafana's frames, for any client; here they become what a live view has. */
export function readAnswer({ asOf, frames }: QueryAnswer): Answer {
  const [frame] = frames;
  const fields = (frame?.schema?.fields ?? []).map(readField);
  const values = fields.map(({ format }, index) => {
    const column = (frame?.data?.values[index] ?? []) as readonly (Value | boolean)[];
    return (format === 'boolean' ? column.map(asNumber) : column) as readonly Value[];
  });
  return { asOf, fields, values };
}

/** On the wire booleans are 0 and 1. */
function asNumber(value: Value | boolean): Value {
  return typeof value === 'boolean' ? Number(value) : value;
}

function readField({ config, name, type }: JsonField): Field {
  const custom: { values?: readonly EnumEntry[]; key?: true } = config?.custom ?? {};
  return {
    name,
    ...(type === 'time'
      ? { type: 'integer', format: 'time-ms' }
      : type === 'boolean'
        ? { type: 'integer', format: 'boolean' }
        : { type: type === 'string' ? 'text' : 'real' }),
    ...(config?.unit === 's' && { format: 'seconds' }),
    ...(custom.values && { values: custom.values }),
    ...(custom.key && { key: custom.key }),
  };
}
