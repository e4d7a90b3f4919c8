import type { Key, Row } from '../protocol/schema.ts';
import type { Source } from '../sources/source.ts';
import { AllStream } from '../streams/all-stream.ts';
import { gapText } from '../streams/encode.ts';
import { NetStream } from '../streams/net-stream.ts';
import type { ViewChange } from '../views/view.ts';
import type { LiveStream } from './live-stream.ts';
import { loggedChange } from './logged-change.ts';

/**
 * The difference for a client that has everything up to `since`, or undefined when a snapshot is what it needs: the view
 * keeps no rows to compare with (a window, a metric), time moves its rows too, or the log does not reach back.
 */
export function resumeTexts(live: LiveStream, since: number, source: Source): readonly string[] | undefined {
  const { filter } = live.entry.set;
  if (live.entry.view.kind !== 'rows' || filter.relative || since > source.seq) return undefined;
  if (live.stream instanceof AllStream) return missedChanges(live, live.stream, since, source);
  return live.stream instanceof NetStream ? netDifference(live, live.stream, since, source) : undefined;
}

function netDifference(
  live: LiveStream,
  stream: NetStream,
  since: number,
  source: Source,
): readonly string[] | undefined {
  const { filter, table } = live.entry.set;
  const rows: Row[] = [];
  const remove: Key[] = [];
  const changes = source.netChangesAfter(since);
  if (changes === undefined) return undefined;
  for (const { after, before, key, table: name } of changes) {
    if (name !== table.name) continue;
    if (after !== undefined && filter.matches(after, 0)) rows.push(after);
    else if (before !== undefined && filter.matches(before, 0)) remove.push(key);
  }
  return stream.difference(source.seq, rows, remove);
}

/** Every change in order; what the log no longer has is told as a gap. A source without a log cannot tell even that. */
function missedChanges(
  live: LiveStream,
  stream: AllStream,
  since: number,
  source: Source,
): readonly string[] | undefined {
  const from = Math.max(since, source.retainedFrom);
  const missed = source.changesAfter(from);
  if (missed === undefined) return undefined;
  const gap = from > since ? [gapText({ view: stream.wire, from: since + 1, to: from })] : [];
  const changes: ViewChange[] = [];
  for (const logged of missed) {
    const change = loggedChange(live.entry, logged);
    if (change !== undefined) changes.push(change);
  }
  return [...gap, ...stream.replay(source.seq, changes)];
}
