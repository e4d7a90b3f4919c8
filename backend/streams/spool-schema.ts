/** A store-and-forward stream as it outlives connections and restarts. */
export interface SpooledStream {
  readonly id: number;
  readonly client: string;
  /** Tells the streams of one client apart; equal for equal views. */
  readonly key: string;
  /** The request that it was opened with, as JSON. */
  readonly request: string;
  /** Changes up to this one are not the stream's. */
  readonly start: number;
}

/** Seqs that were let go, both ends included. */
export interface SpoolGap {
  readonly from: number;
  readonly to: number;
}

export interface SpoolRecord {
  readonly stream: number;
  readonly seq: number;
  /** A RowChange as JSON. */
  readonly body: string;
}

/**
 * The tables of the spool. `state` is how far all streams have got, but for those in `suspended`, which got only so far.
 * `unbegun` has the streams whose clients have not confirmed yet that they have what was there at their start.
 */
export const SPOOL_SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, processed INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS epoch (epoch INTEGER PRIMARY KEY, start INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS stream (
    id INTEGER PRIMARY KEY, client TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, start INTEGER NOT NULL,
    acked INTEGER NOT NULL, bytes INTEGER NOT NULL DEFAULT 0, UNIQUE (client, key)) STRICT;
  CREATE TABLE IF NOT EXISTS gap (
    stream INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (stream, last)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS presence (stream INTEGER PRIMARY KEY, seen INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS unbegun (stream INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS suspended (stream INTEGER PRIMARY KEY, processed INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS record (
    stream INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (stream, seq)
  ) STRICT, WITHOUT ROWID;`;

/** Those that have rows of one stream alone. */
export const TABLES_OF_STREAM = ['record', 'gap', 'presence', 'unbegun', 'suspended'] as const;
