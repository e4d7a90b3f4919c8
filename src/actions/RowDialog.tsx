import { css } from '@emotion/css';
import { AppEvents, type GrafanaTheme2 } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import { Alert, Button, type IconName, Modal, Text, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';
import type { RowAction } from '../../backend/protocol/row-action.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import type { NotifierApi } from '../api/notifier-api.ts';
import { requestFailure } from '../api/request-failure.ts';
import { ACTION_KINDS, actionsFor } from './row-action-kinds.ts';
import type { ClickedRow } from './row-links.ts';
import { useAction } from './use-action.ts';
import { isSaid, ValueField } from './ValueField.tsx';

interface Props {
  readonly api: NotifierApi;
  readonly row: ClickedRow;
  readonly onDismiss: () => void;
}

const ICONS: Readonly<Record<RowAction, IconName>> = {
  acknowledge: 'check',
  unacknowledge: 'history',
  own: 'user',
  suppress: 'bell-slash',
  severity: 'exclamation-triangle',
  note: 'comment-alt',
  delete: 'trash-alt',
};

/** What can be done to one row, however far the table behind has moved on. What needs no word is done at once. */
export function RowDialog({ api, onDismiss, row }: Props) {
  const styles = useStyles2(dialogStyles);
  const { problem: unknown, table } = useTable(api, row.table);
  const [chosen, setChosen] = useState<RowAction | undefined>();
  const [value, setValue] = useState('');
  const { isBusy, problem, run } = useAction(api, answer => {
    if (answer === undefined) return;
    getAppEvents().publish({ type: AppEvents.alertSuccess.name, payload: ['Done, and on every panel', nameOf(row)] });
    onDismiss();
  });
  const act = (action: RowAction): void =>
    run({ action, table: row.table, keys: [row.key], ...(value.trim() !== '' && { value }) });
  const choose = (action: RowAction): void => {
    setValue('');
    setChosen(action);
    const { isDestructive, value: asked } = ACTION_KINDS[action];
    if (!isDestructive && (asked === undefined || asked.kind === 'person')) act(action);
  };
  // Who has no name that the notifier knows is asked for one once it has said so.
  const isUnnamed = chosen === 'own' && problem !== undefined;
  const asks = chosen !== undefined && (ACTION_KINDS[chosen].isDestructive || !isSaid(chosen, '') || isUnnamed);
  return (
    <Modal title={nameOf(row)} isOpen onDismiss={onDismiss} className={styles.dialog}>
      <Text element="p" color="secondary">
        {factsOf(row)}
      </Text>
      <div className={styles.actions}>
        {(table === undefined ? [] : actionsFor(table)).map(action => (
          <Button
            key={action}
            icon={ICONS[action]}
            variant="secondary"
            fill={chosen === action ? 'solid' : 'outline'}
            disabled={isBusy ?? false}
            aria-pressed={chosen === action}
            onClick={() => choose(action)}
          >
            {ACTION_KINDS[action].title}
          </Button>
        ))}
      </div>
      {asks && table !== undefined && (
        <>
          <ValueField action={chosen} table={table} value={value} onChange={setValue} />
          {chosen === 'delete' && <Alert severity="warning" title="It will be gone for everybody, and for good." />}
        </>
      )}
      {(problem ?? unknown) && <Alert severity="error" title={problem ?? unknown ?? ''} />}
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onDismiss}>
          Cancel
        </Button>
        {asks && (
          <Button
            variant={ACTION_KINDS[chosen].isDestructive ? 'destructive' : 'primary'}
            disabled={isBusy ?? !isSaid(chosen, value)}
            onClick={() => act(chosen)}
          >
            {ACTION_KINDS[chosen].title}
          </Button>
        )}
      </Modal.ButtonRow>
    </Modal>
  );
}

function nameOf({ key, table, told }: ClickedRow): string {
  return told.summary || told.node || `${table} ${key}`;
}

function factsOf({ key, told }: ClickedRow): string {
  const facts = Object.entries(told).filter(([name, text]) => name !== 'summary' && text !== '');
  return [...facts.map(([name, text]) => `${name} ${text}`), `row ${key}`].join(' · ');
}

function useTable(api: NotifierApi, name: string): { readonly table?: TableSchema; readonly problem?: string } {
  const [state, setState] = useState<{ table?: TableSchema; problem?: string }>({});
  useEffect(() => {
    let isGone = false;
    api.schema().then(
      ({ tables }) => {
        const table = tables.find(known => known.name === name && known.source === undefined);
        if (!isGone) setState(table === undefined ? { problem: `Rows of ${name} cannot be changed` } : { table });
      },
      error => !isGone && setState({ problem: requestFailure(error).message }),
    );
    return () => {
      isGone = true;
    };
  }, [api, name]);
  return state;
}

function dialogStyles({ spacing }: GrafanaTheme2) {
  return {
    dialog: css({ width: 560, maxWidth: '95vw' }),
    actions: css({ display: 'flex', flexWrap: 'wrap', gap: spacing(1), margin: spacing(2, 0) }),
  };
}
