import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of package.json: above the source in a checkout, above dist/notifier where the notifier is built. */
export const PACKAGE_ROOT: string = rootAbove(import.meta.dirname);

export const VERSION: string = (
  JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string }
).version;

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) || folder === dirname(folder) ? folder : rootAbove(dirname(folder));
}
