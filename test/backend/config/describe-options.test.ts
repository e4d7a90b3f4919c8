import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { optionsHelp, optionsTable } from '../../../backend/config/describe-options.ts';
import { OPTION_NAMES, OPTIONS } from '../../../backend/config/options.ts';

describe('what is said about the options', () => {
  it('stands in the README as it stands in the code', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
    const table = /<!-- options -->\n([\s\S]*?)\n<!-- \/options -->/.exec(readme)?.[1];
    expect(table, 'README.md is stale: run npm run docs').toBe(optionsTable());
  });

  it('gives every option one whole sentence', () => {
    for (const name of OPTION_NAMES) expect(OPTIONS[name].sentence, name).toMatch(/^[A-Z].*\.$|”\.$/);
  });

  it('has a default that its own parser takes', () => {
    for (const name of OPTION_NAMES) {
      const option = OPTIONS[name];
      if (option.defaultText !== '') expect(option.parse(option.defaultText), name).toBe(option.default);
    }
  });

  it('has every switch off, so that --help need not say what it is', () => {
    for (const name of OPTION_NAMES) if (OPTIONS[name].kind === 'boolean') expect(OPTIONS[name].default).toBe(false);
  });

  it('lists every flag in --help', () => {
    for (const flag of [
      '--host',
      '--data-dir',
      '--interval-ms',
      '--demo\n',
      '--throttle <adaptive|patent|off>',
      '--token-file <file>',
    ])
      expect(optionsHelp()).toContain(flag);
  });
});
