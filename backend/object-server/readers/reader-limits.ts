/** What one statement of a user may cost. Whatever is over is one clear error or a marked truncation, never a fallen process. */
export interface ReaderLimits {
  /** From arrival to answer, the wait for a reader included. */
  readonly timeMs: number;
  /** Rows in an answer; what is over is cut off and marked. */
  readonly rowsMax: number;
  /** Bytes of an answer as JSON; what is over is cut off and marked. */
  readonly bytesMax: number;
  /** Bytes of one value while it is computed: stops printf, zeroblob, replace and group_concat bombs inside SQLite. */
  readonly valueBytesMax: number;
  /** Bytes of the statement, and of its parameters as JSON. */
  readonly sqlBytesMax: number;
  /** Resident bytes of a reader: a sort or a recursive table grows in memory until this kills it. */
  readonly memoryBytesMax: number;
  /** Statements that wait for a reader. */
  readonly queuedMax: number;
  /** Row combinations that nested full scans may visit, judged from the plan before anything runs. */
  readonly scannedRowsMax: number;
}

export const DEFAULT_READER_LIMITS: ReaderLimits = {
  timeMs: 5_000,
  // A wallboard shows hundreds of rows; an export of all active alarms of a large network is below this.
  rowsMax: 100_000,
  bytesMax: 16 * 2 ** 20,
  valueBytesMax: 4 * 2 ** 20,
  sqlBytesMax: 128 * 2 ** 10,
  // An idle reader is about 75 MiB.
  memoryBytesMax: 384 * 2 ** 20,
  queuedMax: 64,
  // SQLite visits 20 to 50 million a second: this is 20 times what the time limit lets through.
  scannedRowsMax: 5e9,
};
