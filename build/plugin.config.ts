import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { EXTERNALS } from './externals.ts';
import { writePluginFiles } from './plugin-files.ts';

const root = resolve(import.meta.dirname, '..');
const outDir = resolve(root, 'dist');

/** One UMD file: Grafana's SystemJS takes its AMD branch. dist/preview lives beside it, so the folder is not emptied. */
export default defineConfig({
  root,
  publicDir: false,
  // Vite leaves this to the consumer in library mode; libraries of the bundle test it for their warnings.
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir,
    emptyOutDir: false,
    sourcemap: true,
    target: 'es2022',
    lib: { entry: resolve(root, 'src/module.ts'), formats: ['umd'], name: 'panelcast', fileName: () => 'module.js' },
    rolldownOptions: {
      external: [...EXTERNALS],
      output: { globals: Object.fromEntries(EXTERNALS.map(name => [name, name])) },
    },
    reportCompressedSize: true,
  },
  plugins: [pluginFiles()],
});

function pluginFiles(): Plugin {
  return { name: 'plugin-files', writeBundle: () => writePluginFiles(root, outDir) };
}
