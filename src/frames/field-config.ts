import { type FieldConfig, FieldType, type Field as GrafanaField, MappingType, type ValueMapping } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import type { EnumEntry, Value } from '../../backend/protocol/schema.ts';

/**
 * Names, colours, units and links that a field has of itself, so that a severity looks right without configuration; what
 * a dashboard sets still wins. One object a field for as long as it is registered: Grafana compares the insides by
 * identity, and would build a table anew if they changed.
 */
const configs = new WeakMap<Field, FieldConfig>();

function fieldConfig(field: Field): FieldConfig {
  let config = configs.get(field);
  if (config === undefined) {
    config = makeConfig(field);
    configs.set(field, config);
  }
  return { ...config };
}

function fieldType({ format, type }: Field): FieldType {
  if (format === 'time-ms') return FieldType.time;
  if (format === 'boolean') return FieldType.boolean;
  return type === 'text' ? FieldType.string : FieldType.number;
}

/** Of a frame; the values are as Grafana has them: truth for booleans, milliseconds for times. */
export function grafanaField(field: Field, values: unknown[]): GrafanaField {
  return { name: field.name, type: fieldType(field), config: fieldConfig(field), values };
}

/** New values as Grafana has them, from those of the wire. */
export function shownValues({ format }: Field, values: readonly Value[]): unknown[] {
  return format === 'boolean' ? values.map(value => (value === null ? null : value !== 0)) : [...values];
}

/** A value in words, as its mapping shows it. */
export function valueText({ values }: Field, value: unknown): string {
  if (value === null || value === undefined) return '';
  return values?.find(entry => entry.value === value)?.name ?? String(value);
}

/** Beside what was asked: the key, for links and actions, which no panel shows. */
export const HIDDEN = { hidden: true, hideFrom: { viz: true, legend: true, tooltip: true } } as const;

const YES_NO: ValueMapping = {
  type: MappingType.ValueToText,
  options: { true: { text: 'yes', index: 0 }, false: { text: 'no', index: 1 } },
};

function makeConfig(field: Field): FieldConfig {
  const { format, name, values } = field;
  if (values !== undefined) return enumConfig(values);
  if (format === 'boolean') return { mappings: [YES_NO] };
  if (format === 'seconds') return { unit: 's' };
  if (format === 'json') return { custom: { cellOptions: { type: 'json-view' } } };
  if (field.type === 'text' && name === 'url')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana puts the value in
    return { links: [{ title: 'Open', url: '${__value.raw}', targetBlank: true }] };
  return {};
}

function enumConfig(values: readonly EnumEntry[]): FieldConfig {
  const options = Object.fromEntries(
    values.map(({ color, name, value }, index) => [value, { text: name, index, ...(color && { color }) }]),
  );
  const isColored = values.some(({ color }) => color !== undefined);
  return {
    mappings: [{ type: MappingType.ValueToText, options }],
    ...(isColored && { custom: { cellOptions: { type: 'color-background', mode: 'basic' } } }),
  };
}
