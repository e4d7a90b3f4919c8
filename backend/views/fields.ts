import type { Field } from '../protocol/messages.ts';
import type { TableSchema } from '../protocol/schema.ts';

/** How a table's columns are described on the wire. */
export function columnFields(table: TableSchema, columns: readonly number[]): Field[] {
  return columns.map(index => {
    const { format, name, type, values } = table.columns[index]!;
    return {
      name,
      type,
      ...(format === undefined ? {} : { format }),
      ...(values === undefined ? {} : { values }),
      ...(name === table.primaryKey ? { key: true as const } : {}),
    };
  });
}
