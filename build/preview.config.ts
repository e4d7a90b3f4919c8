import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { icons, sceneRouter, typeface } from './grafana-packages.ts';

const root = resolve(import.meta.dirname, '..');
const outDir = resolve(root, 'dist/preview');

/** Served by the notifier at /preview/, or below any other path: all addresses are relative. */
export default defineConfig({
  root: resolve(root, 'preview'),
  base: './',
  publicDir: false,
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    // @grafana/ui is shared with the plugin as a whole, so it cannot be split or shaken.
    chunkSizeWarningLimit: 10_000,
    reportCompressedSize: false,
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use client" means nothing outside of a React server.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  plugins: [sceneRouter(), typeface(), icons(root, outDir)],
});
