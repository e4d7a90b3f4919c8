import { type DataFrame, type Field, FieldType, getFieldDisplayName } from '@grafana/data';

export interface GraphTable {
  readonly name: 'Nodes' | 'Edges';
  readonly heads: readonly string[];
  readonly rows: readonly GraphRow[];
}

export interface GraphRow {
  readonly key: string;
  /** Of a node, where it has one. */
  readonly color: string | undefined;
  readonly cells: readonly string[];
}

/** Fields that Grafana's node graph draws and does not write. */
const UNWRITTEN: ReadonlySet<string> = new Set(['id', 'color', 'icon', 'nodeRadius', 'highlighted']);
/** What it calls the others where nobody has named them. */
const HEADS: Readonly<Record<string, string>> = {
  title: 'Node',
  subtitle: '',
  mainstat: 'Main',
  secondarystat: 'Secondary',
  source: 'From',
  target: 'To',
};

/** The frames of a node graph as tables: by the names of fields by which Grafana knows nodes from edges. */
export function graphTables(frames: readonly DataFrame[]): GraphTable[] {
  const filled = frames.filter(({ length }) => length > 0);
  const edges = filled.filter(frame => named(frame, 'source') && named(frame, 'target'));
  const nodes = filled.filter(frame => named(frame, 'id') && !edges.includes(frame));
  return [...nodes.map(frame => tableOf('Nodes', frame)), ...edges.map(frame => tableOf('Edges', frame))];
}

function tableOf(name: GraphTable['name'], frame: DataFrame): GraphTable {
  const shown = frame.fields.filter(field => !UNWRITTEN.has(field.name.toLowerCase()));
  const [ids, colors] = [named(frame, 'id'), named(frame, 'color')];
  return {
    name,
    heads: shown.map(field => field.config.displayName ?? HEADS[field.name.toLowerCase()] ?? headOf(field, frame)),
    rows: Array.from({ length: frame.length }, (_, row) => ({
      key: String(ids?.values[row] ?? row),
      color: colors?.type === FieldType.string ? (colors.values[row] ?? undefined) : undefined,
      cells: shown.map(field => textOf(field, row)),
    })),
  };
}

function headOf(field: Field, frame: DataFrame): string {
  return getFieldDisplayName(field, frame).replace(/^detail__/, '');
}

function textOf({ display, values }: Field, row: number): string {
  const value: unknown = values[row];
  if (display === undefined) return value === null || value === undefined ? '' : String(value);
  const { prefix = '', suffix = '', text } = display(value);
  return prefix + text + suffix;
}

function named(frame: DataFrame, name: string): Field | undefined {
  return frame.fields.find(field => field.name.toLowerCase() === name);
}
