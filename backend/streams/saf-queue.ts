import type { SpoolGap } from './spool-schema.ts';

/** One durable client's unconfirmed changes of one view, wherever they are kept. */
export interface SafQueue {
  /** The last seq that the client confirmed. */
  readonly acked: number;
  /** Whether it has confirmed that it has what was there at its start. */
  readonly isBegun: boolean;
  /** The next that had to be let go after `seq`. */
  gapAfter(seq: number): SpoolGap | undefined;
  add(seq: number, body: string): void;
  /** Those after `seq` up to and with `upTo`, in order. */
  read(seq: number, upTo: number, limit: number): readonly { readonly seq: number; readonly body: string }[];
}
