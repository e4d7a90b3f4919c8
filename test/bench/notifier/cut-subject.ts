import type { PanelFilter, PanelRow } from './panels.ts';

/** What keeps many standing queries over one table up to date. */
export interface CutSubject {
  load(rows: readonly PanelRow[]): Promise<void>;
  watch(filters: readonly PanelFilter[]): Promise<void>;
  /** Stores the changed rows and returns when every query's watcher has been told what is new to it. */
  cut(changed: readonly PanelRow[]): Promise<void>;
  /** Rows that the watchers were told in the last cut. */
  rowsTold(): number;
  close(): Promise<void>;
}
