import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Icon, Stack, Tooltip, useStyles2 } from '@grafana/ui';
import { useCallback, useMemo, useState } from 'react';
import type { AskedTable } from '../api/notifier-api.ts';
import type { ColumnValues } from './column-values.ts';
import { FaultLine } from './FaultLine.tsx';
import { FilterInput } from './FilterInput.tsx';
import { FilterRows } from './FilterRows.tsx';
import { type FilterFault, filterFault } from './filter-fault.ts';
import { hasComments, type RowGroup, readRows, writeRows } from './filter-rows.ts';
import { useDraft } from './use-draft.ts';
import type { Vocabulary } from './vocabulary.ts';

interface Props {
  readonly id: string;
  readonly filter: string;
  readonly mode: 'builder' | 'code';
  readonly table: AskedTable | undefined;
  readonly vocabulary: Vocabulary;
  /** Names are only known once they have been asked: before, a reference to one is not wrong. */
  readonly isLoaded: boolean;
  readonly values: ColumnValues;
  readonly fill: (text: string) => string;
  /** What the notifier said of the filter as it was run, where nothing wrong was found here. */
  readonly told?: string;
  /** `isRunnable`: nothing is known to be wrong with it. */
  readonly onChange: (filter: string, isRunnable: boolean) => void;
}

/** The filter, as rows or as text; both write the same text. */
export function FilterSection(props: Props) {
  const { filter, mode, onChange, fill, isLoaded, table, vocabulary } = props;
  const styles = useStyles2(sectionStyles);
  const [draft, setDraft] = useDraft(filter);
  const judge = useCallback(
    (text: string) => filterFault(text, { table: isLoaded ? table : undefined, filters: vocabulary.filters, fill }),
    [fill, isLoaded, table, vocabulary],
  );
  const fault = useMemo(() => judge(draft), [draft, judge]);
  const told = toldFault(props.told, draft, filter);
  const commit = (text: string): void => {
    if (text !== filter) onChange(text, fault === undefined);
  };
  return (
    <div className={styles.section}>
      <label className={styles.label} htmlFor={mode === 'code' ? props.id : undefined}>
        Filter
        <Tooltip content="What follows WHERE in SQL: it keeps the rows for which it is true. Code and Builder write the same text.">
          <Icon name="info-circle" size="sm" tabIndex={0} />
        </Tooltip>
      </label>
      {mode === 'builder' ? (
        <Builder
          {...props}
          problem={fault === undefined ? told?.message : `${fault.message}. ${NOT_RUN}`}
          onWrite={text => onChange(text, judge(text) === undefined)}
        />
      ) : (
        <FilterInput
          id={props.id}
          text={draft}
          table={table}
          vocabulary={vocabulary}
          values={props.values}
          fault={fault ?? toldFault(props.told, draft, filter)}
          placeholder="severity >= 'major' AND site = 'lon'"
          onChange={setDraft}
          onCommit={commit}
        />
      )}
    </div>
  );
}

/** Rows can be picked that make no sense together, or were written so in Code. */
const NOT_RUN = 'The panel shows what was asked before.';

function toldFault(told: string | undefined, draft: string, filter: string): FilterFault | undefined {
  return told === undefined || draft !== filter ? undefined : { message: told, start: 0, end: draft.length };
}

interface Read {
  readonly rows?: RowGroup;
  readonly problem?: string;
}

function read(filter: string): Read {
  try {
    return { rows: readRows(filter) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

interface BuilderProps extends Props {
  readonly problem: string | undefined;
  readonly onWrite: (filter: string) => void;
}

/** Rows that are not finished are only here; what they say is the filter's text. */
function Builder({ filter, onWrite, problem: wrong, ...ground }: BuilderProps) {
  const [state, setState] = useState(() => ({ ...read(filter), filter }));
  if (state.filter !== filter) setState({ ...read(filter), filter });
  const { problem, rows } = state;
  if (rows === undefined)
    return (
      <Alert severity="warning" title="This filter cannot be shown as rows; it is kept as it is">
        {problem}. Switch to Code to mend it.
      </Alert>
    );
  return (
    <Stack direction="column" gap={0.5}>
      {hasComments(filter) && (
        <Alert severity="info" title="This filter has comments: they go when a row is changed here">
          In Code they stay.
        </Alert>
      )}
      <FilterRows
        group={rows}
        table={ground.table}
        vocabulary={ground.vocabulary}
        values={ground.values}
        onChange={next => {
          const written = writeRows(next);
          setState({ rows: next, filter: written });
          if (written !== filter) onWrite(written);
        }}
      />
      {wrong !== undefined && <FaultLine id={`${ground.id}-fault`} hint="" message={wrong} />}
    </Stack>
  );
}

/** As wide as the editor, unlike its other fields, and labelled as they are. */
function sectionStyles({ spacing, typography }: GrafanaTheme2) {
  return {
    section: css({ width: '100%', minWidth: 0 }),
    label: css({
      display: 'flex',
      alignItems: 'center',
      gap: spacing(1),
      marginBottom: spacing(0.5),
      fontSize: 12,
      fontWeight: typography.fontWeightMedium,
    }),
  };
}
