/** What Grafana's packages ask of the application around them, mended for a page that is not Grafana. */
import { cpSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';
import { TYPEFACE } from '../preview/boot/typeface.ts';
import { missingIcons } from './missing-icons.ts';

/** Scenes is written for version 6 of the router, which Grafana hands it under the name of the compatible package. */
export function sceneRouter(): Plugin {
  return {
    name: 'scene-router',
    enforce: 'pre',
    resolveId(name, importer) {
      if (name !== 'react-router-dom' || !importer?.includes('@grafana/scenes')) return;
      return this.resolve('react-router-dom-v5-compat', importer);
    },
  };
}

/** Without Inter's files: no font faces to fetch, and text is measured in the face that it is drawn in. */
export function typeface(): Plugin {
  return {
    name: 'typeface',
    transform(code, id) {
      if (id.endsWith('/GlobalStyles/fonts.mjs')) return 'export const getFontStyles = () => [];';
      if (!id.endsWith('/utils/measureText.mjs')) return;
      if (!code.includes("px 'Inter'`")) this.error('@grafana/ui measures text in another way than it used to');
      return code.replace("px 'Inter'`", `px ${TYPEFACE}\``);
    },
  };
}

/** Icons are fetched by name when first shown. */
export function icons(root: string, outDir: string): Plugin {
  const target = resolve(outDir, 'build/img/icons');
  return {
    name: 'icons',
    writeBundle() {
      cpSync(resolve(root, 'node_modules/@grafana/ui/dist/public/img/icons'), target, { recursive: true });
      for (const [path, svg] of missingIcons()) writeFileSync(resolve(target, path), svg);
    },
  };
}
