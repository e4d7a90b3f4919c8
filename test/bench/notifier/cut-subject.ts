import type { PanelFilter, PanelRow } from './panels.ts';

/** What keeps many standing queries over one table up to date. */
export interface CutSubject {
  load(rows: readonly PanelRow[]): Promise<void>;
  watch(filters: readonly PanelFilter[]): Promise<void>;
  /** Stores the changed rows and returns when every query's watcher has been told what is new to it. */
  cut(changed: readonly PanelRow[]): Promise<void>;
  /** Rows that the watchers were told in the last cut; whoever was told in texts reads them now. */
  rowsTold(): number;
  /** What each view holds by what its watcher was told, in the order of the filters. */
  contents(): Promise<readonly (readonly PanelRow[])[]>;
  close(): Promise<void>;
}
