import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/slow/**', '**/node_modules/**'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // What is waited for comes soon; on a busy machine soon is later.
    expect: { poll: { timeout: 15_000 } },
    // Written for bundlers: they import CommonJS packages by name and style sheets as modules.
    server: { deps: { inline: [/@grafana\//] } },
  },
});
