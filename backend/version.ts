import { readFileSync } from 'node:fs';

/** From package.json, which stands one folder up, in a checkout as in the built package. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
