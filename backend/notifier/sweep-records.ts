/** One sweep as the console draws it (Fig. 5 and 6). */
export interface SweepRecord {
  /** Its number since the start. */
  readonly sweep: number;
  /** In its turn; otherwise a flush, an immediate stream or a newcomer brought it about. */
  readonly due: boolean;
  readonly atMs: number;
  readonly asOf: number;
  readonly busyMs: number;
  readonly intervalMs: number;
  readonly pauseMs: number;
  readonly sets: number;
  readonly streams: number;
  readonly bytes: number;
}

const RECORDS_MAX = 120;

/** The latest sweeps, oldest first. */
export class SweepRecords {
  readonly #records: SweepRecord[] = [];
  #sweeps = 0;

  get all(): readonly SweepRecord[] {
    return this.#records;
  }

  add(record: Omit<SweepRecord, 'sweep'>): void {
    this.#records.push({ sweep: ++this.#sweeps, ...record });
    if (this.#records.length > RECORDS_MAX) this.#records.shift();
  }
}
