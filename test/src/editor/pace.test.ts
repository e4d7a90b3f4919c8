import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { modeChoices } from '../../../src/editor/pace.ts';

const offered = (request: Request) => modeChoices(request).map(({ value }) => value);

describe('the modes that are offered', () => {
  it('have every change for rows of the store alone', () => {
    expect(offered({ limit: 10 })).toEqual(['net', 'immediate', 'all']);
    expect(offered({ metrics: [{ fn: 'count' }] })).toEqual(['net', 'immediate']);
    expect(offered({ source: 'panelcast', table: 'sweeps' })).toEqual(['net', 'immediate']);
  });

  it('have the one that a saved query has', () => {
    expect(offered({ mode: 'all', metrics: [{ fn: 'count' }] })).toContain('all');
  });
});
