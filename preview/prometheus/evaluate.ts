import { parseNumber, type Sample } from './exposition.ts';
import type { AggregateFn, Expression, Operator } from './expression.ts';
import type { SampleStore, Series } from './sample-store.ts';

type Labels = Sample['labels'];

/** The instant vector of an expression at a time; a number is a vector of one without labels. */
export function evaluate(expression: Expression, store: SampleStore, atMs: number): Sample[] {
  const inner = (of: Expression) => evaluate(of, store, atMs);
  switch (expression.kind) {
    case 'number':
      return [{ labels: {}, value: expression.value }];
    case 'selector':
      return store
        .select(expression.labels, atMs)
        .map(({ labels, points }) => ({ labels, value: points.at(-1)!.value }));
    case 'rate':
      return store.select(expression.of.labels, atMs, expression.windowMs).flatMap(rate);
    case 'aggregate':
      return aggregate(inner(expression.of), expression.by, expression.fn);
    case 'quantile':
      return quantiles(inner(expression.of), expression.q);
    case 'arithmetic':
      return arithmetic(inner(expression.left), inner(expression.right), expression.op);
  }
}

/** Increase a second between the first and the last point; a counter that fell was started anew from 0. */
function rate({ labels, points }: Series): Sample[] {
  const [first, last] = [points[0]!, points.at(-1)!];
  if (last.timeMs === first.timeMs) return [];
  let increase = 0;
  for (let i = 1; i < points.length; i++) {
    const step = points[i]!.value - points[i - 1]!.value;
    increase += step < 0 ? points[i]!.value : step;
  }
  return [{ labels: without(labels, '__name__'), value: increase / ((last.timeMs - first.timeMs) / 1000) }];
}

function aggregate(vector: readonly Sample[], by: readonly string[], fn: AggregateFn): Sample[] {
  const groups = Map.groupBy(vector, ({ labels }) => JSON.stringify(by.map(name => labels[name] ?? '')));
  return [...groups.values()].map(members => ({
    labels: Object.fromEntries(by.map(name => [name, members[0]!.labels[name] ?? ''])),
    value:
      fn === 'sum'
        ? members.reduce((total, { value }) => total + value, 0)
        : Math.max(...members.map(({ value }) => value)),
  }));
}

/** Linear within the bucket that the quantile falls in; in the last, open bucket its lower bound. */
function quantiles(buckets: readonly Sample[], q: number): Sample[] {
  const histograms = Map.groupBy(buckets, ({ labels }) => JSON.stringify(without(labels, 'le')));
  return [...histograms.values()].flatMap(members => {
    const bounds = members
      .map(({ labels, value }) => ({ upper: parseNumber(labels.le ?? 'NaN'), count: value }))
      .sort((a, b) => a.upper - b.upper);
    const total = bounds.at(-1)!.count;
    if (total <= 0) return [];
    const at = bounds.findIndex(({ count }) => count >= q * total);
    const [lower, below] = at === 0 ? [0, 0] : [bounds[at - 1]!.upper, bounds[at - 1]!.count];
    const { upper, count } = bounds[at]!;
    const share = count === below ? 0 : (q * total - below) / (count - below);
    const value = upper === Number.POSITIVE_INFINITY ? lower : lower + (upper - lower) * share;
    return [{ labels: without(members[0]!.labels, 'le'), value }];
  });
}

/** Members with equal labels meet; one without labels meets all. */
function arithmetic(left: readonly Sample[], right: readonly Sample[], op: Operator): Sample[] {
  return left.flatMap(a =>
    right
      .filter(b => isEmpty(a.labels) || isEmpty(b.labels) || JSON.stringify(a.labels) === JSON.stringify(b.labels))
      .map(b => ({ labels: isEmpty(a.labels) ? b.labels : a.labels, value: apply(op, a.value, b.value) })),
  );
}

function apply(op: Operator, a: number, b: number): number {
  if (op === '+') return a + b;
  if (op === '-') return a - b;
  return op === '*' ? a * b : a / b;
}

function isEmpty(labels: Labels): boolean {
  return Object.keys(labels).length === 0;
}

function without(labels: Labels, name: string): Labels {
  const { [name]: _, ...rest } = labels;
  return rest;
}
