import { AccessoryButton, InputGroup } from '@grafana/plugin-ui';
import { Combobox, type ComboboxOption, MultiCombobox } from '@grafana/ui';
import type { ColumnSchema } from '../../backend/protocol/schema.ts';
import type { AskedTable } from '../api/notifier-api.ts';
import type { ColumnValues } from './column-values.ts';
import { type ConditionRow, ROW_OPERATORS, type RowOperator, type RowPart, type RowValue } from './filter-rows.ts';
import {
  columnChoices,
  fixedValues,
  operatorChoices,
  typedValue,
  valueChoice,
  withColumn,
  withOperator,
} from './row-choices.ts';
import { columnOf, type Vocabulary } from './vocabulary.ts';

interface Props {
  readonly row: ConditionRow;
  readonly table: AskedTable | undefined;
  readonly vocabulary: Vocabulary;
  readonly values: ColumnValues;
  readonly onChange: (part: RowPart) => void;
  readonly onRemove: () => void;
}

/** column – operator – value */
export function ConditionRowEditor({ onChange, onRemove, row, table, values, vocabulary }: Props) {
  const column = columnOf(table, row.column);
  const takes = ROW_OPERATORS[row.operator];
  const choices = valueChoices(column, { table, values, vocabulary });
  const of = row.column === '' ? 'the new condition' : row.column;
  const setValue = (index: number, value: RowValue): void => {
    const next = [...row.values];
    next[index] = value;
    onChange({ ...row, values: next });
  };
  const single = (index: number, label: string) => (
    <Combobox
      key={index}
      aria-label={label}
      placeholder="value"
      width="auto"
      minWidth={14}
      maxWidth={40}
      createCustomValue
      customValueDescription="Use as typed"
      options={choices}
      value={row.values[index] ? valueChoice(row.values[index], column) : null}
      onChange={({ value }) => setValue(index, typedValue(value, column))}
    />
  );
  return (
    <InputGroup>
      <Combobox
        aria-label={`Column of ${of}`}
        placeholder="column"
        width="auto"
        minWidth={16}
        maxWidth={30}
        createCustomValue={table === undefined}
        options={columnChoices(table, vocabulary)}
        value={row.column === '' ? null : { value: row.column, label: row.column }}
        onChange={({ value }) => onChange(withColumn(row, value, table))}
      />
      <Combobox
        aria-label={`Operator of ${of}`}
        width="auto"
        minWidth={8}
        maxWidth={16}
        options={operatorChoices(column, row.operator)}
        value={row.operator}
        onChange={({ value }) => onChange(withOperator(row, value as RowOperator))}
      />
      {takes === 'one' ? single(0, `Value of ${of}`) : undefined}
      {takes === 'two' ? single(0, `Lowest value of ${of}`) : undefined}
      {takes === 'two' ? single(1, `Highest value of ${of}`) : undefined}
      {takes === 'many' ? (
        <MultiCombobox
          aria-label={`Values of ${of}`}
          placeholder="values"
          width="auto"
          minWidth={20}
          maxWidth={60}
          createCustomValue
          customValueDescription="Use as typed"
          options={choices}
          value={row.values.map(value => valueChoice(value, column))}
          onChange={chosen =>
            onChange({ ...row, values: chosen.map(({ value }) => kept(value, row) ?? typedValue(value, column)) })
          }
        />
      ) : undefined}
      <AccessoryButton aria-label={`Remove ${of}`} icon="times" variant="secondary" onClick={onRemove} />
    </InputGroup>
  );
}

/** A value that was there stays as it was written. */
function kept(text: string, { values }: ConditionRow): RowValue | undefined {
  return values.find(value => value.text === text);
}

interface Ground {
  readonly table: AskedTable | undefined;
  readonly vocabulary: Vocabulary;
  readonly values: ColumnValues;
}

type Options = ComboboxOption<string>[];

/** Fixed ones at once, those of the rows when the list is opened; variables after them. */
function valueChoices(
  column: ColumnSchema | undefined,
  { table, values, vocabulary }: Ground,
): Options | ((typed: string) => Promise<Options>) {
  const variables: Options = vocabulary.variables.map(name => ({
    value: `$${name}`,
    label: `$${name}`,
    description: 'variable',
  }));
  const fixed = fixedValues(column);
  if (fixed !== undefined || table === undefined || column === undefined)
    return [...(fixed ?? []).map(value => valueChoice(value, column)), ...variables];
  return async typed => {
    const known = await values.ask(table, column.name);
    const wanted = typed.toLowerCase();
    const options = known.map(value => ({ value: String(value), label: String(value) }));
    return [...options, ...variables].filter(({ label }) => label?.toLowerCase().includes(wanted));
  };
}
