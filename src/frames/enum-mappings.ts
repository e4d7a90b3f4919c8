import { type Field, MappingType, type ValueMapping } from '@grafana/data';
import type { EnumEntry } from '../../backend/protocol/schema.ts';

/** A column with an enumeration shows names and colours for its numbers, without anything to configure. */
export function withEnumMappings(field: Field): Field {
  const entries: readonly EnumEntry[] | undefined = field.config.custom?.values;
  if (entries === undefined) return field;
  const options = Object.fromEntries(
    entries.map(({ value, name, color }, index) => [
      value,
      { text: name, index, ...(color !== undefined && { color }) },
    ]),
  );
  const mapping: ValueMapping = { type: MappingType.ValueToText, options };
  return { ...field, config: { ...field.config, mappings: [mapping] } };
}
