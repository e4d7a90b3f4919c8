import { defineConfig } from 'vitest/config';

/** What takes minutes to hours: `npx vitest run -c vitest.slow.config.ts [name]`. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    testTimeout: 2 * 3_600_000,
    hookTimeout: 1_800_000,
    fileParallelism: false,
    passWithNoTests: true,
  },
});
