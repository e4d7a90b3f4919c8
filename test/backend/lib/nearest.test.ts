import { describe, expect, it } from 'vitest';
import { nearest } from '../../../backend/lib/nearest.ts';

describe('the nearest known name', () => {
  it.each([
    ['sevrity', 'severity'],
    ['severtiy', 'severity'],
    ['SEVERITY', 'severity'],
    ['nod', 'node'],
    ['site_', 'site'],
  ])('%s was meant to be %s', (typed, meant) =>
    expect(nearest(typed, ['node', 'site', 'severity', 'summary'])).toBe(meant),
  );

  it('is silent when nothing is close', () => {
    expect(nearest('temperature', ['node', 'site'])).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });
});
