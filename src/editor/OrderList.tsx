import { AccessoryButton, InputGroup } from '@grafana/plugin-ui';
import { Button, Combobox, type ComboboxOption, Stack } from '@grafana/ui';
import type { OrderTerm } from '../../backend/protocol/request.ts';

interface Props {
  readonly terms: readonly OrderTerm[];
  readonly columns: readonly string[];
  readonly onChange: (terms: OrderTerm[]) => void;
}

const DIRECTIONS: ComboboxOption<string>[] = [
  { value: 'asc', label: 'ascending' },
  { value: 'desc', label: 'descending' },
];

/** The first term decides; each later one among equals. */
export function OrderList({ columns, onChange, terms }: Props) {
  const set = (index: number, term: OrderTerm): void => onChange(terms.toSpliced(index, 1, term));
  const next = columns.find(name => !terms.some(({ column }) => column === name));
  return (
    <Stack direction="row" wrap="wrap" gap={1} alignItems="center">
      {terms.map(({ column, desc = false }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a term is its place
        <InputGroup key={index}>
          <Combobox
            aria-label={`Order by, ${index + 1}`}
            width="auto"
            minWidth={14}
            createCustomValue
            options={columns.map(value => ({ value, label: value }))}
            value={{ value: column, label: column }}
            onChange={({ value }) => set(index, { column: value, ...(desc && { desc }) })}
          />
          <Combobox
            aria-label={`Direction of ${column}`}
            width={16}
            options={DIRECTIONS}
            value={desc ? 'desc' : 'asc'}
            onChange={({ value }) => set(index, value === 'desc' ? { column, desc: true } : { column })}
          />
          <AccessoryButton
            aria-label={`Do not order by ${column}`}
            icon="times"
            variant="secondary"
            onClick={() => onChange(terms.toSpliced(index, 1))}
          />
        </InputGroup>
      ))}
      <Button
        size="sm"
        variant="secondary"
        icon="plus"
        aria-label="Add an order"
        disabled={next === undefined}
        onClick={() => onChange([...terms, { column: next ?? '', desc: true }])}
      />
    </Stack>
  );
}
