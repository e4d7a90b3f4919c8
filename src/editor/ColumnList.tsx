import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, IconButton, useStyles2 } from '@grafana/ui';
import type { TableSchema } from '../../backend/protocol/schema.ts';

interface Props {
  readonly id: string;
  readonly label: string;
  readonly names: readonly string[];
  readonly table: TableSchema | undefined;
  readonly variables: readonly string[];
  /** What no name at all means. */
  readonly whenEmpty: string;
  readonly onChange: (names: string[]) => void;
}

/** Columns in an order: added at the end, moved with the arrows. */
export function ColumnList({ id, label, names, onChange, table, variables, whenEmpty }: Props) {
  const styles = useStyles2(listStyles);
  const move = (index: number, by: -1 | 1): void => {
    const to = index + by;
    if (to < 0 || to >= names.length) return;
    onChange(names.toSpliced(index, 1).toSpliced(to, 0, names[index]!));
  };
  const remove = (index: number): void => onChange(names.toSpliced(index, 1));
  const columns = (table?.columns ?? []).filter(({ name }) => !names.includes(name));
  return (
    <fieldset className={styles.list} aria-label={label}>
      {names.map((name, index) => (
        <span key={name} className={styles.chip}>
          <IconButton
            name="angle-left"
            size="xs"
            aria-label={`Move ${name} left`}
            disabled={index === 0}
            onClick={() => move(index, -1)}
          />
          {name}
          <IconButton
            name="angle-right"
            size="xs"
            aria-label={`Move ${name} right`}
            disabled={index === names.length - 1}
            onClick={() => move(index, 1)}
          />
          <IconButton name="times" size="xs" aria-label={`Remove ${name}`} onClick={() => remove(index)} />
        </span>
      ))}
      <Combobox
        id={id}
        // A new one each time, so that it is empty again.
        key={names.length}
        placeholder={names.length === 0 ? whenEmpty : 'add'}
        width="auto"
        minWidth={14}
        createCustomValue
        customValueDescription="Use as typed"
        value={null}
        options={[
          ...columns.map(({ description, name }) => ({
            value: name,
            label: name,
            ...(description && { description }),
          })),
          ...variables.map(name => ({ value: `$${name}`, label: `$${name}`, description: 'variable' })),
        ]}
        onChange={({ value }) => !names.includes(value) && onChange([...names, value])}
      />
    </fieldset>
  );
}

function listStyles({ colors, shape, spacing, typography }: GrafanaTheme2) {
  return {
    list: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: spacing(0.5),
      margin: 0,
      padding: 0,
      border: 0,
    }),
    chip: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: spacing(0.25),
      minHeight: spacing(4),
      padding: spacing(0, 0.5),
      background: colors.background.primary,
      border: `1px solid ${colors.border.medium}`,
      borderRadius: shape.radius.default,
      ...typography.bodySmall,
    }),
  };
}
