/** What a write is answered with once it is as durable as the mode promises. It must survive JSON. */
export interface Outcome {
  /** The write's changes are in every state of the tables from this seq on. */
  readonly seq: number;
}

/** The same key with the same hash of the body is the same write: it is done once and answered twice. */
export interface Idempotency {
  readonly key: string;
  readonly hash: string;
}

/** One thing to be done in a transaction of the writer. */
export interface Write<T extends Outcome = Outcome> {
  /** Runs alone in its transaction, since its statement may roll back what others did in it. */
  readonly alone: boolean;
  /** Rows it is expected to touch, which bounds the length of a group's transaction. */
  readonly rows: number;
  /** Memory it holds while it waits. */
  readonly bytes: number;
  readonly idempotency?: Idempotency | undefined;
  /** Runs its statements in the open transaction. It may run again when the group it was part of had to roll back. */
  apply(): T;
}
