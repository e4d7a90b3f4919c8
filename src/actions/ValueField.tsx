import { Combobox, Field, Input } from '@grafana/ui';
import type { RowAction } from '../../backend/protocol/row-action.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import { ACTION_KINDS, choicesFor } from './row-action-kinds.ts';

interface Props {
  readonly action: RowAction;
  readonly table: TableSchema;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** What an action asks for; nothing for those that ask nothing. */
export function ValueField({ action, onChange, table, value }: Props) {
  const asked = ACTION_KINDS[action].value;
  if (asked === undefined) return null;
  const { kind, label } = asked;
  if (kind === 'choice')
    return (
      <Field label={label}>
        <Combobox
          id="panelcast-action-value"
          options={choicesFor(action, table).map(({ name, value: number }) => ({ value: String(number), label: name }))}
          value={value === '' ? null : value}
          onChange={chosen => onChange(chosen.value)}
        />
      </Field>
    );
  return (
    <Field label={label} {...(kind === 'person' && { description: 'Left empty: you.' })}>
      <Input id="panelcast-action-value" value={value} onChange={event => onChange(event.currentTarget.value)} />
    </Field>
  );
}

/** Whether everything is said that the action asks for. */
export function isSaid(action: RowAction, value: string): boolean {
  const kind = ACTION_KINDS[action].value?.kind;
  return kind === undefined || kind === 'person' || value.trim() !== '';
}
