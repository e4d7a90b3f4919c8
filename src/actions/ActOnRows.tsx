import { Button } from '@grafana/ui';
import { useState } from 'react';
import type { Request } from '../../backend/protocol/request.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import type { NotifierApi } from '../api/notifier-api.ts';
import { FilterDialog } from './FilterDialog.tsx';
import { mayAct } from './may-act.ts';

interface Props {
  readonly api: NotifierApi;
  readonly request: Request;
  readonly table: TableSchema;
  /** The filter with the values that its variables have. */
  readonly fill: (text: string) => string;
}

/** One action on all rows that a query's filter keeps. */
export function ActOnRows({ api, fill, request, table }: Props) {
  const [filter, setFilter] = useState<string | undefined>();
  const [problem, setProblem] = useState<string | undefined>();
  if (!mayAct()) return null;
  const open = (): void => {
    try {
      setProblem(undefined);
      setFilter(fill(request.filter ?? ''));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <Button
        size="sm"
        variant="secondary"
        fill="outline"
        icon="bolt"
        tooltip={problem ?? 'Acknowledge, own, suppress or delete all rows that the filter keeps'}
        onClick={open}
      >
        Act on rows
      </Button>
      {filter !== undefined && (
        <FilterDialog api={api} table={table} filter={filter} onDismiss={() => setFilter(undefined)} />
      )}
    </>
  );
}
