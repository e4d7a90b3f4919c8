import { Alert, Button, Combobox, Field, Modal, Text } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { lastValueFrom } from 'rxjs';
import type { ActionAnswer, RowAction } from '../../backend/protocol/row-action.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import type { NotifierApi } from '../api/notifier-api.ts';
import { requestFailure } from '../api/request-failure.ts';
import { ACTION_KINDS, actionsFor } from './row-action-kinds.ts';
import { useAction } from './use-action.ts';
import { isSaid, ValueField } from './ValueField.tsx';

interface Props {
  readonly api: NotifierApi;
  readonly table: TableSchema;
  /** Without variables. */
  readonly filter: string;
  readonly onDismiss: () => void;
}

/** Says how many rows it will be, and does it only if they are still as many. */
export function FilterDialog({ api, filter, onDismiss, table }: Props) {
  const [action, setAction] = useState<RowAction>('acknowledge');
  const [value, setValue] = useState('');
  const { count, problem: uncounted, recount } = useCount(api, table, filter);
  const { answer, isBusy, problem, run } = useAction(api, recount);
  const kind = ACTION_KINDS[action];
  const all = filter.trim() === '';
  const rows = count === 1 ? '1 row' : `${count ?? '…'} rows`;
  const isReady = count !== undefined && count > 0 && !isBusy && isSaid(action, value);
  const act = (): void =>
    run({
      action,
      table: table.name,
      filter: all ? 'TRUE' : filter,
      expected: count ?? 0,
      ...(kind.value !== undefined && value.trim() !== '' && { value }),
    });
  return (
    <Modal title="Act on rows" isOpen onDismiss={onDismiss}>
      <Field label="Rows" description="The filter decides; the panel’s limit does not.">
        <div aria-live="polite">
          <Text element="p">
            {rows} of {table.name} {all ? '— all of them' : 'where'}
          </Text>
          {!all && <Text variant="code">{filter}</Text>}
        </div>
      </Field>
      <Field label="Action">
        <Combobox
          id="panelcast-action"
          options={actionsFor(table).map(each => ({ value: each, label: ACTION_KINDS[each].title }))}
          value={action}
          onChange={chosen => {
            setAction(chosen.value);
            setValue('');
          }}
        />
      </Field>
      <ValueField action={action} table={table} value={value} onChange={setValue} />
      {kind.isDestructive && <Alert severity="warning" title="Deleted rows are gone for everybody, and for good." />}
      {(problem ?? uncounted) && <Alert severity="error" title={problem ?? uncounted ?? ''} />}
      {answer && <Alert severity="success" title={doneText(answer)} />}
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onDismiss}>
          {answer ? 'Close' : 'Cancel'}
        </Button>
        <Button variant={kind.isDestructive ? 'destructive' : 'primary'} disabled={!isReady} onClick={act}>
          {kind.title} · {rows}
        </Button>
      </Modal.ButtonRow>
    </Modal>
  );
}

function doneText({ changes, rows }: ActionAnswer): string {
  const same = rows - changes;
  const already = same > 0 ? `, ${same} of them were so already` : '';
  return `Done to ${rows} ${rows === 1 ? 'row' : 'rows'}${already}. Every panel that shows them has it now.`;
}

function useCount(api: NotifierApi, { name }: TableSchema, filter: string) {
  const [state, setState] = useState<{ count?: number; problem?: string }>({});
  const [asked, setAsked] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` asks again
  useEffect(() => {
    let isGone = false;
    lastValueFrom(api.query({ table: name, filter, metrics: [{ fn: 'count' }] })).then(
      ({ values }) => !isGone && setState({ count: Number(values[0]?.[0] ?? 0) }),
      error => !isGone && setState({ problem: requestFailure(error).message }),
    );
    return () => {
      isGone = true;
    };
  }, [api, name, filter, asked]);
  return { ...state, recount: () => setAsked(count => count + 1) };
}
