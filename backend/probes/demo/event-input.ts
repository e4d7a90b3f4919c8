/** An event as a probe sends it: the columns of the events table that are the probe's to fill. */
export interface EventInput {
  /** The same for every occurrence of one problem, and for its resolution. */
  readonly identifier: string;
  readonly node: string;
  readonly node_alias: string;
  readonly site: string;
  readonly location: string;
  readonly service: string;
  readonly agent: string;
  readonly manager: string;
  readonly alert_group: string;
  readonly alert_key: string;
  readonly class: number;
  readonly type: EventType;
  readonly severity: Severity;
  readonly summary: string;
  /** Milliseconds since the epoch. */
  readonly last_occurrence: number;
  /** Seconds after `last_occurrence`. */
  readonly expires_after: number;
  readonly ip: string;
  readonly url: string;
  readonly extra: Readonly<Record<string, string | number>>;
}

export const EVENT_TYPE = { information: 0, problem: 1, resolution: 2 } as const;
export type EventType = (typeof EVENT_TYPE)[keyof typeof EVENT_TYPE];

/** 0 clear, 1 indeterminate, 2 warning, 3 minor, 4 major, 5 critical. */
export type Severity = 0 | 1 | 2 | 3 | 4 | 5;
