import { describe, expect, it } from 'vitest';
import { type NoticeFacts, notices } from '../../../src/frames/notices.ts';

const CALM: NoticeFacts = {
  store: { gap: undefined, conflatedMs: undefined },
  freshness: 'live',
  step: 'websocket',
  throttled: false,
  intervalMs: 1000,
  knownMs: 0,
  nowMs: 60_000,
};

function severities(facts: Partial<NoticeFacts>): string[] {
  return notices({ ...CALM, ...facts }).map(({ severity }) => severity);
}

describe('notices', () => {
  it('are none where everything is as it should be', () => {
    expect(notices(CALM)).toEqual([]);
  });

  it('warn of a connection that is being made again, and of rows that must not be trusted', () => {
    expect(severities({ freshness: 'reconnecting' })).toEqual(['warning']);
    expect(severities({ freshness: 'stale', lossMessage: 'refused' })).toEqual(['error']);
    expect(notices({ ...CALM, freshness: 'stale', lossMessage: 'refused' })[0]!.text).toContain('refused');
  });

  it('say what was skipped, for a while, and what is gone', () => {
    expect(severities({ store: { gap: { from: 3, to: 9 }, conflatedMs: 50_000 } })).toEqual(['warning', 'info']);
    expect(severities({ store: { gap: undefined, conflatedMs: 10_000 } })).toEqual([]);
  });

  it('say why updates are slow', () => {
    expect(notices({ ...CALM, throttled: true, intervalMs: 4500 })[0]!.text).toContain('every 4.5 s');
    expect(severities({ step: 'polling' })).toEqual(['info']);
  });
});
