import { Input } from '@grafana/ui';
import { useDraft } from './use-draft.ts';

interface Props {
  readonly id: string;
  readonly value: number | undefined;
  readonly placeholder: string;
  readonly onChange: (value: number | undefined) => void;
}

/** A whole number from 1, or none. It is taken when the field is left: on the way there every digit is another number. */
export function NumberField({ id, onChange, placeholder, value }: Props) {
  const [draft, setDraft] = useDraft(value === undefined ? '' : String(value));
  const read = draft.trim() === '' ? undefined : Number(draft);
  const isRight = read === undefined || (Number.isSafeInteger(read) && read >= 1);
  const commit = (): void => {
    if (isRight && read !== value) onChange(read);
  };
  return (
    <Input
      id={id}
      inputMode="numeric"
      width={12}
      placeholder={placeholder}
      invalid={!isRight}
      value={draft}
      onChange={event => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={event => event.key === 'Enter' && commit()}
    />
  );
}
