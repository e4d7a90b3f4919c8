import type { Identity } from '../notifier/link.ts';

/** What a caller may do, and until when that is known. */
export interface Grant {
  readonly identity: Identity;
  /** Milliseconds since the epoch; absent where nothing expires. */
  readonly expiresAtMs?: number;
}
