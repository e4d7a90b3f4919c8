/** What a JSON value looks like without its values: fields by name, one shape for all entries of a list. */
export type Shape = string | { readonly list: Shape } | { readonly [field: string]: Shape };

/** Cells of rows, which may be anything that a column holds. */
const CELLS: ReadonlySet<string> = new Set(['values', 'upsert', 'remove', 'key']);
const CELL = 'text, number or null';

export function shapeOf(value: unknown, field?: string): Shape {
  if (Array.isArray(value)) {
    const shapes = value.map(entry => shapeOf(entry, field));
    return { list: shapes.reduce(together, 'nothing') };
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, inner]) => [name, shapeOf(inner, name)]),
    );
  return field !== undefined && CELLS.has(field) && typeof value !== 'boolean' ? CELL : typeof value;
}

/** The shape of several: with every field that one of them has. */
export function together(a: Shape, b: Shape): Shape {
  if (a === 'nothing') return b;
  if (b === 'nothing') return a;
  if (typeof a === 'string' || typeof b === 'string')
    return JSON.stringify(a) === JSON.stringify(b) ? a : `${JSON.stringify(a)} or ${JSON.stringify(b)}`;
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const fields = { ...a } as Record<string, Shape>;
  const others = b as Record<string, Shape>;
  return Object.fromEntries(names.map(name => [name, together(fields[name] ?? 'nothing', others[name] ?? 'nothing')]));
}
