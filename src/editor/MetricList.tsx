import { AccessoryButton, InputGroup } from '@grafana/plugin-ui';
import { Button, Combobox, Input, Stack } from '@grafana/ui';
import { useState } from 'react';
import { METRIC_FNS, type MetricFn, type MetricRequest } from '../../backend/protocol/request.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import { boundsText, metricColumns, readBounds, withFunction } from './metric-edit.ts';
import { useDraft } from './use-draft.ts';

interface Props {
  readonly metrics: readonly MetricRequest[];
  readonly table: TableSchema | undefined;
  readonly onChange: (metrics: MetricRequest[]) => void;
}

const SENTENCES: Readonly<Record<MetricFn, string>> = {
  count: 'how many rows, or how many have a value',
  sum: 'the total',
  avg: 'the mean',
  min: 'the least',
  max: 'the greatest',
  distinct: 'how many different values',
  distribution: 'how many rows in each bucket',
};

export function MetricList({ metrics, onChange, table }: Props) {
  return (
    <Stack direction="column" gap={0.5}>
      {metrics.map((metric, index) => (
        <MetricEditor
          // biome-ignore lint/suspicious/noArrayIndexKey: a metric is its place
          key={index}
          metric={metric}
          place={index + 1}
          table={table}
          onChange={next => onChange(metrics.toSpliced(index, 1, next))}
          {...(metrics.length > 1 && { onRemove: () => onChange(metrics.toSpliced(index, 1)) })}
        />
      ))}
      <div>
        <Button size="sm" variant="secondary" icon="plus" onClick={() => onChange([...metrics, { fn: 'count' }])}>
          Metric
        </Button>
      </div>
    </Stack>
  );
}

interface MetricProps {
  readonly metric: MetricRequest;
  readonly place: number;
  readonly table: TableSchema | undefined;
  readonly onChange: (metric: MetricRequest) => void;
  /** Not for the last one: a request without any would be one of rows. */
  readonly onRemove?: () => void;
}

function MetricEditor({ metric, onChange, onRemove, place, table }: MetricProps) {
  const { as, bounds, column, fn } = metric;
  const [name, setName] = useDraft(as ?? '');
  const rename = (): void => {
    const { as: _, ...rest } = metric;
    if (name.trim() !== (as ?? '')) onChange(name.trim() === '' ? rest : { ...rest, as: name.trim() });
  };
  const columns = metricColumns(fn, table).map(value => ({ value, label: value }));
  return (
    <InputGroup>
      <Combobox
        aria-label={`Function of metric ${place}`}
        width={18}
        options={METRIC_FNS.map(value => ({ value, label: value, description: SENTENCES[value] }))}
        value={fn}
        onChange={({ value }) => onChange(withFunction(metric, value, table))}
      />
      <Combobox
        aria-label={`Column of metric ${place}`}
        width="auto"
        minWidth={16}
        createCustomValue
        placeholder="column"
        options={fn === 'count' ? [{ value: '', label: 'rows' }, ...columns] : columns}
        value={column === undefined ? (fn === 'count' ? '' : null) : { value: column, label: column }}
        onChange={({ value }) => {
          const { column: _, ...rest } = metric;
          onChange(value === '' ? rest : { ...rest, column: value });
        }}
      />
      {fn === 'distribution' ? (
        <BoundsInput
          label={`Bounds of metric ${place}`}
          bounds={bounds ?? []}
          onChange={next => onChange({ ...metric, bounds: next })}
        />
      ) : undefined}
      <Input
        aria-label={`Name of metric ${place}`}
        placeholder="name (optional)"
        width={20}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
        onBlur={rename}
        onKeyDown={event => event.key === 'Enter' && rename()}
      />
      {onRemove ? (
        <AccessoryButton aria-label={`Remove metric ${place}`} icon="times" variant="secondary" onClick={onRemove} />
      ) : undefined}
    </InputGroup>
  );
}

interface BoundsProps {
  readonly label: string;
  readonly bounds: readonly number[];
  readonly onChange: (bounds: number[]) => void;
}

function BoundsInput({ bounds, label, onChange }: BoundsProps) {
  const [draft, setDraft] = useDraft(boundsText(bounds));
  const [isWrong, setWrong] = useState(false);
  return (
    <Input
      aria-label={label}
      placeholder="upper bounds: 1, 10, 100"
      title="Ascending upper bounds of the buckets; what is above the last is a bucket too"
      width={24}
      invalid={isWrong}
      value={draft}
      onChange={event => {
        setDraft(event.currentTarget.value);
        setWrong(false);
      }}
      onBlur={() => {
        const read = readBounds(draft);
        setWrong(read === undefined);
        if (read !== undefined && boundsText(read) !== boundsText(bounds)) onChange(read);
      }}
    />
  );
}
