import type { CutFacts, OutputBatch, StreamId } from '../../backend/notifier/link.ts';
import type { ServerMessage } from '../../backend/protocol/messages.ts';

export interface SentCut {
  readonly facts: CutFacts;
  /** In the order in which they were encoded. */
  readonly streams: readonly { readonly id: StreamId; readonly messages: readonly ServerMessage[] }[];
}

/** The cuts that went out to everybody, oldest first. */
export function sentCuts(batches: readonly OutputBatch[]): SentCut[] {
  return batches.flatMap(({ items, texts }) =>
    items.flatMap((item): SentCut[] => {
      if (item.type !== 'cut') return [];
      const streams = item.streams.map((id, i) => ({
        id,
        messages: item.spans[i]!.map(
          ({ from, to }) => JSON.parse(Buffer.from(texts.subarray(from, to)).toString()) as ServerMessage,
        ),
      }));
      return [{ facts: item.facts, streams }];
    }),
  );
}
