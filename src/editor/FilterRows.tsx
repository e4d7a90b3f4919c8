import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { AccessoryButton, InputGroup } from '@grafana/plugin-ui';
import { Button, Combobox, Icon, Input, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import type { AskedTable } from '../api/notifier-api.ts';
import { ConditionRowEditor } from './ConditionRowEditor.tsx';
import type { ColumnValues } from './column-values.ts';
import type { ConditionRow, RowGroup, RowPart } from './filter-rows.ts';
import { columnChoices, withColumn } from './row-choices.ts';
import type { Vocabulary } from './vocabulary.ts';

interface Props {
  readonly group: RowGroup;
  readonly table: AskedTable | undefined;
  readonly vocabulary: Vocabulary;
  readonly values: ColumnValues;
  readonly isNested?: boolean;
  readonly onChange: (group: RowGroup) => void;
}

const NEW_ROW: ConditionRow = { kind: 'row', column: '', operator: '=', values: [] };
const JOINS = [
  { value: 'AND', label: 'AND', description: 'Rows that fulfil all of these conditions' },
  { value: 'OR', label: 'OR', description: 'Rows that fulfil at least one of them' },
] as const;

/** The conditions of a filter, joined by AND or by OR, with groups in them. */
export function FilterRows({ group, isNested = false, onChange, ...ground }: Props) {
  const styles = useStyles2(rowsStyles);
  const { operator, parts } = group;
  const add = (part: RowPart): void => onChange({ ...group, parts: [...parts, part] });
  const replace = (index: number, ...by: RowPart[]): void =>
    onChange({ ...group, parts: parts.toSpliced(index, 1, ...by) });
  return (
    <fieldset
      className={isNested ? styles.nested : styles.group}
      aria-label={isNested ? 'Group of conditions' : 'Filter'}
    >
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other identity than their place
        <div key={index} className={styles.part}>
          {index > 0 && <span className={styles.join}>{operator}</span>}
          <Part part={part} {...ground} onChange={next => replace(index, next)} onRemove={() => replace(index)} />
        </div>
      ))}
      <div className={styles.tools}>
        {parts.length > 1 && (
          <RadioButtonGroup
            aria-label="Join the conditions by"
            size="sm"
            options={[...JOINS]}
            value={operator}
            onChange={chosen => onChange({ ...group, operator: chosen })}
          />
        )}
        <Button size="sm" variant="secondary" icon="plus" onClick={() => add(NEW_ROW)}>
          Condition
        </Button>
        {!isNested && (
          <Button
            size="sm"
            variant="secondary"
            fill="text"
            icon="plus"
            onClick={() => add({ kind: 'group', operator: operator === 'AND' ? 'OR' : 'AND', parts: [NEW_ROW] })}
          >
            Group
          </Button>
        )}
      </div>
    </fieldset>
  );
}

type PartProps = Omit<Props, 'group' | 'isNested' | 'onChange'> & {
  readonly part: RowPart;
  readonly onChange: (part: RowPart) => void;
  readonly onRemove: () => void;
};

function Part({ onChange, onRemove, part, ...ground }: PartProps) {
  switch (part.kind) {
    case 'row':
      return <ConditionRowEditor row={part} {...ground} onChange={onChange} onRemove={onRemove} />;
    case 'named':
      return (
        <InputGroup>
          <Combobox
            aria-label="Named filter"
            width="auto"
            minWidth={16}
            options={columnChoices(ground.table, ground.vocabulary)}
            value={{ value: `@${part.name}`, label: `@${part.name}` }}
            onChange={({ value }) => onChange(withColumn(NEW_ROW, value, ground.table))}
          />
          <RemoveButton of={`@${part.name}`} onClick={onRemove} />
        </InputGroup>
      );
    case 'code':
      return <CodePart key={part.text} text={part.text} onChange={onChange} onRemove={onRemove} />;
    case 'group':
      return (
        <>
          <FilterRows group={part} isNested {...ground} onChange={onChange} />
          <RemoveButton of="the group" onClick={onRemove} />
        </>
      );
  }
}

function CodePart({ onChange, onRemove, text }: Pick<PartProps, 'onChange' | 'onRemove'> & { readonly text: string }) {
  const [draft, setDraft] = useState(text);
  return (
    <InputGroup>
      <Input
        aria-label="Condition as code"
        prefix={<Icon name="brackets-curly" title="Has no shape as column, operator and value" />}
        width={60}
        value={draft}
        onChange={event => setDraft(event.currentTarget.value)}
        onBlur={() => draft !== text && onChange({ kind: 'code', text: draft })}
      />
      <RemoveButton of="the condition" onClick={onRemove} />
    </InputGroup>
  );
}

function RemoveButton({ of, onClick }: { readonly of: string; readonly onClick: () => void }) {
  return <AccessoryButton aria-label={`Remove ${of}`} icon="times" variant="secondary" onClick={onClick} />;
}

function rowsStyles({ colors, shape, spacing, typography }: GrafanaTheme2) {
  const column = { display: 'flex', flexDirection: 'column', gap: spacing(0.5), margin: 0, minWidth: 0 } as const;
  return {
    group: css({ ...column, border: 0, padding: 0 }),
    nested: css({
      ...column,
      padding: spacing(0.5, 1),
      borderLeft: `2px solid ${colors.border.strong}`,
      borderRadius: shape.radius.default,
    }),
    part: css({ display: 'flex', alignItems: 'center', gap: spacing(0.5) }),
    join: css({ minWidth: spacing(4), color: colors.text.secondary, ...typography.bodySmall }),
    tools: css({ display: 'flex', alignItems: 'center', gap: spacing(1) }),
  };
}
