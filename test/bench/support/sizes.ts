/** `npm run bench -- --quick …`: small sizes, to see that a benchmark works; its figures mean nothing. */
export const QUICK = process.argv.includes('--quick');

export function sized<T>(full: T, quick: T): T {
  return QUICK ? quick : full;
}
