import type { PanelcastQuery } from '../types.ts';

export interface Example {
  readonly title: string;
  readonly sentence: string;
  readonly query: Omit<PanelcastQuery, 'refId'>;
}

/** Of the built-in table, so that they run anywhere. */
export const EXAMPLES: readonly Example[] = [
  {
    title: 'Open problems, the worst first',
    sentence: 'The event list of a wallboard.',
    query: {
      format: 'table',
      editor: 'builder',
      actions: true,
      request: {
        filter: "severity >= 'warning' AND type = 'problem' AND suppressed <> 'suppressed'",
        columns: ['severity', 'node', 'site', 'summary', 'tally', 'last_occurrence', 'acknowledged', 'owner'],
        orderBy: [
          { column: 'severity', desc: true },
          { column: 'last_occurrence', desc: true },
        ],
        limit: 1000,
      },
    },
  },
  {
    title: 'How many of each severity',
    sentence: 'For gauges and bars: one value a group.',
    query: {
      format: 'metric',
      editor: 'builder',
      request: {
        filter: 'severity > 0',
        metrics: [{ fn: 'count' }],
        groupBy: ['severity'],
        orderBy: [{ column: 'severity', desc: true }],
      },
    },
  },
  {
    title: 'Criticals over the last hour, by site',
    sentence: 'A line a site; the notifier keeps the past of a metric.',
    query: {
      format: 'series',
      editor: 'builder',
      request: { filter: "severity = 'critical'", metrics: [{ fn: 'count' }], groupBy: ['site'], historyMs: 3_600_000 },
    },
  },
  {
    title: 'Nobody took notice for ten minutes',
    sentence: 'A filter with the time in it: rows enter and leave as time passes.',
    query: {
      format: 'table',
      editor: 'code',
      request: {
        filter: "severity >= 'major' AND acknowledged = 0 AND first_occurrence < now() - 10m",
        columns: ['severity', 'node', 'summary', 'first_occurrence'],
        orderBy: [{ column: 'first_occurrence' }],
        limit: 200,
      },
    },
  },
  {
    title: 'The worst of each node',
    sentence: 'Nodes in the colour of their worst event.',
    query: {
      format: 'status',
      editor: 'builder',
      request: {
        metrics: [
          { fn: 'max', column: 'severity', as: 'worst' },
          { fn: 'count', as: 'events' },
        ],
        groupBy: ['node'],
        orderBy: [{ column: 'worst', desc: true }],
        limit: 200,
      },
    },
  },
  {
    title: 'Every change of the criticals, as a log',
    sentence: 'Mode all: nothing between two cuts is left out. It has no limit, since it tells changes and not rows.',
    query: { format: 'log', editor: 'code', request: { filter: 'severity = 5', mode: 'all' } },
  },
];

/** What a filter may say, each with an example. */
export const GRAMMAR: readonly (readonly [filter: string, sentence: string])[] = [
  ["severity >= 'major'", 'Values of an enumeration by name or by number.'],
  ["site IN ('lon', 'nyc') AND node LIKE 'core-%'", 'Lists; patterns with % for anything and _ for one character.'],
  ['owner IS NULL OR NOT acknowledged', 'AND, OR, NOT and parentheses, as in SQL.'],
  ['last_occurrence > now() - 15m', 'Times, with durations in ms, s, m, h, d and w.'],
  ['tally BETWEEN 10 AND 100', 'Both ends are included.'],
  ['@p1 AND site = $site', 'A named filter of the notifier, and a variable of the dashboard: one or several values.'],
];
