import type { Key, Row } from '../protocol/schema.ts';
import type { Source } from '../sources/source.ts';
import { AllStream } from '../streams/all-stream.ts';
import { deltaText, gapText } from '../streams/encode.ts';
import type { ViewChange } from '../views/view.ts';
import type { LiveStream } from './live-stream.ts';

/**
 * The difference for a client that has everything up to `since`, or undefined when a snapshot is what it needs: the view
 * keeps no rows to compare with (a window, a metric), time moves its rows too, or the log does not reach back.
 */
export function resumeTexts(live: LiveStream, since: number, source: Source): readonly string[] | undefined {
  const { filter } = live.entry.set;
  if (live.entry.view.kind !== 'rows' || filter.relative || since > source.seq) return undefined;
  return live.stream instanceof AllStream
    ? missedChanges(live, live.stream, since, source)
    : netDifference(live, since, source);
}

function netDifference(live: LiveStream, since: number, source: Source): readonly string[] | undefined {
  const { set, view } = live.entry;
  if (view.kind !== 'rows') return undefined;
  const changes = source.netChangesAfter(since);
  if (changes === undefined) return undefined;
  const rows: Row[] = [];
  const remove: Key[] = [];
  for (const { after, before, key, table } of changes) {
    if (table !== set.table.name) continue;
    if (after !== undefined && set.filter.matches(after, 0)) rows.push(view.project(after));
    else if (before !== undefined && set.filter.matches(before, 0)) remove.push(key);
  }
  if (rows.length === 0 && remove.length === 0) return [];
  return [deltaText({ view: live.stream.wire, asOf: source.seq, fields: view.fields, rows, remove })];
}

/** Every change in order; what the log no longer has is told as a gap. */
function missedChanges(live: LiveStream, stream: AllStream, since: number, source: Source): readonly string[] {
  const from = Math.max(since, source.retainedFrom);
  const gap = from > since ? [gapText({ view: stream.wire, from: since + 1, to: from })] : [];
  const { filter, table } = live.entry.set;
  const changes: ViewChange[] = [];
  for (const { after, before, key, seq, table: name } of source.changesAfter(from) ?? []) {
    if (name !== table.name) continue;
    const was = before !== undefined && filter.matches(before, 0) ? before : undefined;
    const is = after !== undefined && filter.matches(after, 0) ? after : undefined;
    if (was !== undefined || is !== undefined) changes.push({ seq, key, before: was, after: is });
  }
  return [...gap, ...stream.replay(source.seq, changes)];
}
