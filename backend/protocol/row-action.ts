import type { Key } from './schema.ts';

/** What operators do to rows, told to `POST /api/actions`: an intention, never SQL from a browser. */
export const ROW_ACTIONS = ['acknowledge', 'unacknowledge', 'own', 'suppress', 'severity', 'note', 'delete'] as const;
export type RowAction = (typeof ROW_ACTIONS)[number];

export interface ActionRequest {
  readonly action: RowAction;
  /** Default `events`. */
  readonly table?: string;
  /** The rows with these keys, those that the filter keeps, or those that are both. */
  readonly keys?: readonly Key[];
  readonly filter?: string;
  /** How many rows the operator agreed to; nothing is done when there are more or fewer by now. */
  readonly expected?: number;
  /** own: whose, by default the asking user's, empty for nobody's; suppress, severity: a number or its name; note: the text. */
  readonly value?: string | number;
}

export interface ActionAnswer {
  /** Rows it was done to. */
  readonly rows: number;
  /** Of them, those that were not so already. */
  readonly changes: number;
  readonly seq: number;
  /** Everybody's panels that show these rows have been sent the cut with them: it is at or after `seq`. */
  readonly asOf: number;
}
