/** Two ways to write the same filter. */
export const EDITOR_MODES = [
  { value: 'builder', label: 'Builder' },
  { value: 'code', label: 'Code' },
] as const;
