/** `npm run bench -- --quick …`: small sizes, to see that a benchmark works; its figures mean nothing. */
export const QUICK = process.argv.includes('--quick');

export function sized<T>(full: T, quick: T): T {
  return QUICK ? quick : full;
}

/** `--runs=1`: at most so many turns of each case, for a machine that is slow or has others to serve; the figures say so. */
export const RUNS_MAX = Number(process.argv.find(argument => argument.startsWith('--runs='))?.slice(7) ?? Infinity);
