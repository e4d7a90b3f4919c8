import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { modeChoices } from '../../../src/editor/pace.ts';

const offered = (request: Request) => modeChoices(request).map(({ value }) => value);

describe('the modes that are offered', () => {
  it('have every change for whole rows of the store alone', () => {
    expect(offered({})).toContain('all');
    for (const request of [
      { limit: 10 },
      { metrics: [{ fn: 'count' }] },
      { source: 'panelcast', table: 'sweeps' },
    ] as const)
      expect(offered(request)).toEqual(['net', 'immediate']);
  });

  it('have the one that a saved query has', () => {
    expect(offered({ mode: 'saf' })).toContain('saf');
    expect(offered({ mode: 'all', limit: 10 })).toContain('all');
  });
});
