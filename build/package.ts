/**
 * `npm run package`: dist/ as the archive that `grafana cli` and the catalogue take, the folder named by the plugin's
 * id, with a checksum file for each digest. Signing (npx @grafana/sign-plugin) writes dist/MANIFEST.txt before this.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PluginManifest } from './plugin-manifest.ts';
import { zip } from './zip.ts';

/** Named one by one: dist/ also holds the preview, which is no part of the plugin. */
const FILES = ['CHANGELOG.md', 'LICENSE', 'MANIFEST.txt', 'README.md', 'img/**/*', 'module.js*', 'plugin.json'];

const dist = resolve(import.meta.dirname, '../dist');
const manifest = JSON.parse(readFileSync(join(dist, 'plugin.json'), 'utf8')) as PluginManifest;
const names = globSync(FILES, { cwd: dist, withFileTypes: true })
  .filter(entry => entry.isFile())
  .map(entry => join(entry.parentPath, entry.name).slice(dist.length + 1))
  .sort();
const archive = zip(names.map(name => ({ name: `${manifest.id}/${name}`, data: readFileSync(join(dist, name)) })));

const archiveName = `${manifest.id}-${manifest.info.version}.zip`;
writeFileSync(join(dist, archiveName), archive);
for (const digest of ['md5', 'sha1', 'sha256']) {
  const sum = createHash(digest).update(archive).digest('hex');
  writeFileSync(join(dist, `${archiveName}.${digest}`), `${sum}  ${archiveName}\n`);
}
process.stdout.write(`dist/${archiveName}: ${names.length} files, ${archive.length} bytes\n`);
