import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../preview/prometheus/evaluate.ts';
import { parseExposition } from '../../../preview/prometheus/exposition.ts';
import { parseExpression } from '../../../preview/prometheus/expression.ts';
import { SampleStore } from '../../../preview/prometheus/sample-store.ts';

function storeOf(...pages: readonly string[]): SampleStore {
  const store = new SampleStore();
  pages.forEach((page, index) => void store.add((index + 1) * 2000, parseExposition(page)));
  return store;
}

function at(store: SampleStore, source: string): unknown {
  return evaluate(parseExpression(source), store, store.times.at(-1)!);
}

describe('parseExposition', () => {
  it('reads names, labels with escapes, infinities and passes over comments', () => {
    const page = '# HELP a b\na 1\nb_bucket{le="+Inf",path="x\\"\\\\y"} 2.5e3 1700000000\nc +Inf\n';
    expect(parseExposition(page)).toEqual([
      { labels: { __name__: 'a' }, value: 1 },
      { labels: { __name__: 'b_bucket', le: '+Inf', path: 'x"\\y' }, value: 2500 },
      { labels: { __name__: 'c' }, value: Number.POSITIVE_INFINITY },
    ]);
  });
});

describe('evaluate', () => {
  it('takes the newest value of every series of a name', () => {
    const store = storeOf('v{s="a"} 1\nv{s="b"} 5', 'v{s="a"} 2\nv{s="b"} 6');
    expect(at(store, 'sum(v)')).toEqual([{ labels: {}, value: 8 }]);
    expect(at(store, 'v{s="b"}')).toEqual([{ labels: { __name__: 'v', s: 'b' }, value: 6 }]);
    expect(at(store, 'max(v)')).toEqual([{ labels: {}, value: 6 }]);
  });

  it('gives a counter’s increase a second, and counts on after a restart', () => {
    expect(at(storeOf('c 10', 'c 30', 'c 50'), 'rate(c[1m])')).toEqual([{ labels: {}, value: 10 }]);
    expect(at(storeOf('c 10', 'c 30', 'c 4'), 'rate(c[1m])')).toEqual([{ labels: {}, value: 6 }]);
  });

  it('has no rate of a single scrape', () => {
    expect(at(storeOf('c 10'), 'rate(c[1m])')).toEqual([]);
  });

  it('keeps the labels that an aggregation is by', () => {
    const store = storeOf('c{t="x",u="1"} 1\nc{t="x",u="2"} 2\nc{t="y",u="1"} 4');
    expect(at(store, 'sum by (t) (c)')).toEqual([
      { labels: { t: 'x' }, value: 3 },
      { labels: { t: 'y' }, value: 4 },
    ]);
  });

  it('computes with operator precedence and parentheses', () => {
    const store = storeOf('a 6\nb 2');
    expect(at(store, 'sum(a) / (sum(a) + sum(b))')).toEqual([{ labels: {}, value: 0.75 }]);
    expect(at(store, 'sum(a) - sum(b) * 2')).toEqual([{ labels: {}, value: 2 }]);
  });

  it('finds a quantile within its bucket, and the lower bound in the open one', () => {
    const store = storeOf('h_bucket{le="1"} 0\nh_bucket{le="2"} 50\nh_bucket{le="4"} 100\nh_bucket{le="+Inf"} 100');
    expect(at(store, 'histogram_quantile(0.5, h_bucket)')).toMatchObject([{ value: 2 }]);
    expect(at(store, 'histogram_quantile(0.75, h_bucket)')).toMatchObject([{ value: 3 }]);
    const open = storeOf('h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 100');
    expect(at(open, 'histogram_quantile(0.99, h_bucket)')).toMatchObject([{ value: 1 }]);
  });

  it('does not carry a value over a time in which nobody looked', () => {
    const store = storeOf('v 1');
    expect(evaluate(parseExpression('v'), store, 60_000)).toEqual([]);
  });

  it('refuses what it does not know, with its place', () => {
    expect(() => parseExpression('irate(c[1m])')).toThrow(/at \d+: expected/);
    expect(() => parseExpression('sum(c')).toThrow('expected ")"');
  });
});
