import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface InstalledPackage {
  readonly path: string;
  readonly bytes: number;
}

/** What `npm ci --omit=dev` would install, read from the lock file and weighed where it is installed. */
export function productionPackages(root: string): InstalledPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; extraneous?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional, extraneous }]) => path !== '' && !dev && !devOptional && !extraneous)
    .filter(([path]) => existsSync(join(root, path)))
    .map(([path]) => ({ path, bytes: weigh(join(root, path)) }));
}

/** Without the packages that are nested in it: they have their own entry. */
function weigh(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += entry.name === 'node_modules' ? 0 : weigh(path);
    else if (entry.isFile()) bytes += statSync(path).size;
  }
  return bytes;
}
