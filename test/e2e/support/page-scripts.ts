import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformWithOxc } from 'vite';

const FOLDER = join(import.meta.dirname, '../page');

/** What runs inside the page, as plain scripts: a page's first script is no module. */
export async function pageScripts(): Promise<string> {
  const names = globSync('*.ts', { cwd: FOLDER }).sort((a, b) => Number(b === FIRST) - Number(a === FIRST));
  const scripts = names.map(async name => {
    const { code } = await transformWithOxc(readFileSync(join(FOLDER, name), 'utf8'), name);
    return `(() => { ${code.replaceAll(/^export \{\};$/gm, '')} })();`;
  });
  return (await Promise.all(scripts)).join('\n');
}

/** The others hang on to it. */
const FIRST = 'watch.ts';
