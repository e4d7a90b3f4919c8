/** For lists that are kept: one that grew item by item has room for sixteen more. */
export function compact<T>(list: readonly T[]): readonly T[] {
  return list.slice();
}
