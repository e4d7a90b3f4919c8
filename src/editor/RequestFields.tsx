import { EditorField, EditorRow } from '@grafana/plugin-ui';
import { Combobox } from '@grafana/ui';
import type { Request } from '../../backend/protocol/request.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import type { Format } from '../types.ts';
import { ColumnList } from './ColumnList.tsx';
import { MetricList } from './MetricList.tsx';
import { metricName } from './metric-edit.ts';
import { NumberField } from './NumberField.tsx';
import { OrderList } from './OrderList.tsx';
import { intervalText } from './pace.ts';
import { without } from './without.ts';

interface Props {
  readonly id: string;
  readonly request: Request;
  readonly format: Format;
  readonly table: TableSchema | undefined;
  readonly variables: readonly string[];
  readonly onChange: (request: Request) => void;
}

/** Which columns of the rows, in which order. */
export function RowFields({ id, onChange, request, table, variables }: Props) {
  return (
    <EditorRow>
      <EditorField label="Columns" tooltip="Fewer columns are less to send; the key always comes along, hidden.">
        <ColumnList
          id={`${id}-columns`}
          label="Columns"
          names={request.columns ?? []}
          table={table}
          variables={variables}
          whenEmpty="all columns"
          onChange={columns => onChange(columns.length === 0 ? without(request, 'columns') : { ...request, columns })}
        />
      </EditorField>
      <OrderAndLimit
        id={id}
        request={request}
        onChange={onChange}
        columns={(table?.columns ?? []).map(({ name }) => name)}
      />
    </EditorRow>
  );
}

/** What is counted, of which groups. */
export function MetricFields({ format, id, onChange, request, table, variables }: Props) {
  const { groupBy = [], metrics = [] } = request;
  return (
    <>
      <EditorRow>
        <EditorField label="Metrics">
          <MetricList metrics={metrics} table={table} onChange={next => onChange({ ...request, metrics: next })} />
        </EditorField>
      </EditorRow>
      <EditorRow>
        <EditorField
          label={format === 'status' ? 'Nodes' : 'Group by'}
          tooltip={
            format === 'status' ? 'Each group is a node; the first column names it.' : 'Metrics of each group apart.'
          }
        >
          <ColumnList
            id={`${id}-groups`}
            label="Group by"
            names={groupBy}
            table={table}
            variables={variables}
            whenEmpty="all rows together"
            onChange={next => onChange(next.length === 0 ? without(request, 'groupBy') : { ...request, groupBy: next })}
          />
        </EditorField>
        {format === 'series' && <Past id={id} request={request} onChange={onChange} />}
        {groupBy.length > 0 && (
          <OrderAndLimit
            id={id}
            request={request}
            onChange={onChange}
            columns={[...groupBy, ...metrics.filter(({ fn }) => fn !== 'distribution').map(metricName)]}
          />
        )}
      </EditorRow>
    </>
  );
}

type PartProps = Pick<Props, 'id' | 'request' | 'onChange'>;

function OrderAndLimit({ columns, id, onChange, request }: PartProps & { readonly columns: readonly string[] }) {
  return (
    <>
      <EditorField label="Order by">
        <OrderList
          terms={request.orderBy ?? []}
          columns={columns}
          onChange={orderBy => onChange(orderBy.length === 0 ? without(request, 'orderBy') : { ...request, orderBy })}
        />
      </EditorField>
      <EditorField label="Limit" tooltip="The first so many in this order.">
        <NumberField
          id={`${id}-limit`}
          placeholder="all"
          value={request.limit}
          onChange={limit => onChange(limit === undefined ? without(request, 'limit') : { ...request, limit })}
        />
      </EditorField>
    </>
  );
}

const PASTS_MS = [900_000, 3_600_000, 21_600_000, 86_400_000];
const DEFAULT_PAST_MS = 3_600_000;

function Past({ id, onChange, request }: PartProps) {
  const { historyMs = DEFAULT_PAST_MS } = request;
  const options = [...new Set([...PASTS_MS, historyMs])].map(value => ({ value, label: intervalText(value) }));
  return (
    <EditorField label="Past" tooltip="How much of the metric’s past the panel begins with.">
      <Combobox
        id={`${id}-past`}
        width={12}
        options={options}
        value={historyMs}
        onChange={({ value }) => onChange({ ...request, historyMs: value })}
      />
    </EditorField>
  );
}
