import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillManifest } from './plugin-manifest.ts';

/** Everything of the plugin that is not code: manifest, images and the three texts that Grafana's catalogue shows. */
export function writePluginFiles(root: string, outDir: string): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const template = readFileSync(join(root, 'src/plugin.json'), 'utf8');
  const manifest = fillManifest(template, version, new Date().toISOString().slice(0, 10));
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, 'plugin.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(root, 'src/img'), join(outDir, 'img'), { recursive: true });
  cpSync(join(root, 'src/README.md'), join(outDir, 'README.md'));
  for (const name of ['CHANGELOG.md', 'LICENSE']) cpSync(join(root, name), join(outDir, name));
}
