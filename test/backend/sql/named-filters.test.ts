import { describe, expect, it } from 'vitest';
import { compileFilter, type Filter } from '../../../backend/sql/filter.ts';
import { faultOf } from './faults.ts';
import { HURTING } from './random-filters.ts';

function compiled(text: string, filters: Readonly<Record<string, string>>): Filter {
  const known = new Map(Object.entries(filters));
  return compileFilter(text, HURTING, { resolve: name => known.get(name), names: () => known.keys() });
}

describe('a named filter', () => {
  it('means what it stands for', () => {
    const named = compiled('@hot AND filter(here)', { hot: 'k > 3 OR @old', old: 'j = 1', here: "t = 'lon'" });
    expect(named.canonical).toBe(compileFilter("t = 'lon' AND (j = 1 OR k > 3)", HURTING).canonical);
    expect(named.text).toBe("(k > 3 OR j = 1) AND t = 'lon'");
  });

  it('that is unknown is an error with the nearest name', () => {
    const fault = faultOf(() => compiled('k = 1 AND @nigth', { night: 'k = 2' }));
    expect(fault).toMatchObject({ code: 'bad-filter', position: 10 });
    expect(fault.message).toBe('unknown named filter @nigth at 10; did you mean @night?');
  });

  it('that needs itself is an error naming the path', () => {
    const fault = faultOf(() => compiled('k = 1 OR @a', { a: 'NOT @b', b: 'k > 1 AND @c', c: '@a' }));
    expect(fault.message).toBe('named filters in a circle: @a → @b → @c → @a');
    expect(fault.position).toBe(9);
  });

  it('with a fault of its own is an error at the place where it was asked', () => {
    const fault = faultOf(() => compiled('k = 1 OR @a', { a: 'k >' }));
    expect(fault.message).toBe('in @a: expected a value at 3, but the filter ends');
    expect(fault.position).toBe(9);
  });

  it('with something that does not fit the table says in which of them', () => {
    const filters = { a: 'j = 1 AND nosuch > 2', b: '@a', c: 'j = 1 AND @b', d: 'nosuch', e: "t > 'x' + 1" };
    const faults = ['k = 1 OR @a', 'k = 1 OR @b', 'k = 1 OR @c', 'k = 1 OR @d', 'k = 1 OR @e'].map(text =>
      faultOf(() => compiled(text, filters)),
    );
    expect(faults.map(({ position }) => position)).toEqual([9, 9, 9, 9, 9]);
    expect(faults.map(({ message }) => message.replace(/;.*/, ''))).toEqual([
      'in @a: unknown column "nosuch" at 10',
      'in @a: unknown column "nosuch" at 10',
      'in @a: unknown column "nosuch" at 10',
      'in @d: unknown column "nosuch" at 0',
      'in @e: expected a number, but found a text at 4',
    ]);
  });

  it('that fits, in a condition that does not, is a fault of the condition', () => {
    const fault = faultOf(() => compiled("k = 1 AND @a = 'x'", { a: '     k' }));
    expect(fault.message).not.toContain('@a');
    expect(fault.position).toBe(15);
  });

  it('cannot grow without bound by mentioning others twice', () => {
    const filters = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, `@f${i + 1} AND @f${i + 1}`]));
    const fault = faultOf(() => compiled('@f0', { ...filters, f60: 'k' }));
    expect(fault.message).toMatch(/more than 20000 parts/);
  });

  it('cannot nest deeper than a filter may', () => {
    const filters = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, `NOT @f${i + 1}`]));
    expect(faultOf(() => compiled('@f0', { ...filters, f300: 'k' })).message).toMatch(/deeper than 200/);
  });
});
