/** What a transition is to a filter, as bits: the new row is kept, the old row was. */
export const MATCH = { enters: 1, leaves: 2, stays: 3 } as const;
export type Match = (typeof MATCH)[keyof typeof MATCH];
