import type { Random } from '../../lib/random.ts';
import { EVENT_TYPE, type EventInput, type Severity } from './event-input.ts';
import type { Network, Node } from './network.ts';

/** One thing that can be wrong with one node. Two occurrences of it have the same identifier. */
export interface Problem {
  readonly identifier: string;
  readonly node: Node;
  readonly service: string;
  readonly kind: AlertKind;
  readonly alertKey: string;
  readonly extra: Readonly<Record<string, string | number>>;
}

/** What is common to all problems of one sort, wherever they occur. */
export interface AlertKind {
  readonly group: string;
  readonly class: number;
  /** The program that notices it. */
  readonly agent: string;
}

/** One report in the life of a problem. Severity 0 is its resolution. */
export interface Beat {
  /** Since the incident began. */
  readonly afterMs: number;
  readonly problem: Problem;
  readonly severity: Severity;
  readonly summary: string;
}

/**
 * The life of one or more problems with one cause, in any order. The problem of the first beat is the cause.
 * Invariant: the last beat of each problem is its resolution.
 */
export type Incident = readonly Beat[];

/** A sort of incident. `weight` is how often it begins, relative to the others. */
export interface Behaviour {
  readonly name: string;
  readonly weight: number;
  begin(network: Network, random: Random): Incident;
}

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;

/**
 * A problem is reported again long before this is over; one whose probe has gone leaves the table by itself.
 * A resolution stays long enough to be read.
 */
const PROBLEM_EXPIRES_S = 7200;
const RESOLUTION_EXPIRES_S = 300;

export function problemOf(
  node: Node,
  kind: AlertKind,
  alertKey: string,
  more: { readonly service?: string; readonly extra?: Problem['extra'] } = {},
): Problem {
  return {
    identifier: `${node.name}:${kind.group}:${alertKey}`,
    node,
    service: more.service ?? node.service,
    kind,
    alertKey,
    extra: { role: node.role, ...more.extra },
  };
}

export function beatEvent(beat: Beat, atMs: number): EventInput {
  const resolved = beat.severity === 0;
  return {
    ...problemColumns(beat.problem),
    type: resolved ? EVENT_TYPE.resolution : EVENT_TYPE.problem,
    severity: beat.severity,
    summary: beat.summary,
    last_occurrence: atMs,
    expires_after: resolved ? RESOLUTION_EXPIRES_S : PROBLEM_EXPIRES_S,
  };
}

/** The columns that do not change while a problem lives. */
export function problemColumns(problem: Problem) {
  const { node, kind } = problem;
  return {
    identifier: problem.identifier,
    node: node.name,
    node_alias: node.alias,
    site: node.site.code,
    location: node.site.location,
    service: problem.service,
    agent: kind.agent,
    manager: `${kind.agent}@${node.site.code}-probe-1`,
    alert_group: kind.group,
    alert_key: problem.alertKey,
    class: kind.class,
    ip: node.ip,
    url: `https://noc.example.net/nodes/${node.name}`,
    extra: problem.extra,
  };
}
