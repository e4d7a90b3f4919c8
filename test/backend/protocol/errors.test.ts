import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_KINDS, type ErrorKind } from '../../../backend/protocol/errors.ts';

interface Documented {
  readonly code: string;
  readonly status: number;
  readonly retry: boolean;
  readonly sentence: string;
}

/** The rows of PROTOCOL.md under “Error codes”. */
function documented(): Documented[] {
  const text = readFileSync(join(import.meta.dirname, '../../../PROTOCOL.md'), 'utf8');
  const chapter = /^## Error codes\n([\s\S]*?)(?=^## )/m.exec(text)?.[1] ?? '';
  return [...chapter.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (yes|no) \| (.+?) \|$/gm)].map(
    ([, code, status, retry, sentence]) => ({
      code: code!,
      status: Number(status),
      retry: retry === 'yes',
      sentence: sentence!,
    }),
  );
}

const KINDS: [string, ErrorKind][] = Object.entries(ERROR_KINDS);

describe('the closed table of error codes', () => {
  it('stands in PROTOCOL.md as in the code, row by row and no row more', () => {
    expect(documented()).toEqual(
      KINDS.map(([code, { status, retry, sentence }]) => ({ code, status, retry, sentence })),
    );
  });

  it('never answers 401, which Grafana’s data-source proxy turns into 400', () => {
    for (const [code, { status }] of KINDS) expect(status, code).not.toBe(401);
  });

  it('invites to try again only where the caller was not at fault', () => {
    for (const [code, { retry, status }] of KINDS) if (retry) expect(status === 429 || status >= 500, code).toBe(true);
  });

  it('wakes the administrator for faults on this side alone', () => {
    for (const [code, { log, status }] of KINDS) if (log === 'error') expect(status, code).toBeGreaterThanOrEqual(500);
  });

  it('says each in whole sentences', () => {
    for (const [code, { sentence }] of KINDS) expect(sentence, code).toMatch(/^[A-Z].*\.$/);
  });
});
