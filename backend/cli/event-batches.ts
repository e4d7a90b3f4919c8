import type { EventFault, EventText } from './event-splitter.ts';
import { EventSplitter } from './event-splitter.ts';

export interface EventBatch {
  /** A JSON array. */
  readonly body: string;
  /** Of each event, in order. */
  readonly lines: readonly number[];
}

export const BATCH_EVENTS_MAX = 1_000;
/** One event that is larger goes alone: whether it is too large is for the notifier to say. */
export const BATCH_BYTES_MAX = 2 ** 20;

/** Reads events and yields batches of them, and faults in the place where they stand; memory is bounded by one batch. */
export async function* eventBatches(input: AsyncIterable<string>): AsyncGenerator<EventBatch | EventFault> {
  const splitter = new EventSplitter(BATCH_BYTES_MAX - 2);
  const batch = new Collector();
  for await (const chunk of input) yield* collect(splitter.push(chunk), batch);
  yield* collect(splitter.end(), batch);
  yield* batch.take();
}

function* collect(found: readonly (EventText | EventFault)[], batch: Collector): Generator<EventBatch | EventFault> {
  for (const item of found) {
    if ('fault' in item) {
      yield* batch.take();
      yield item;
    } else {
      if (!batch.hasRoomFor(item)) yield* batch.take();
      batch.add(item);
    }
  }
}

class Collector {
  #texts: string[] = [];
  #lines: number[] = [];
  /** The array's brackets and commas included. */
  #bytes = 2;

  hasRoomFor({ text }: EventText): boolean {
    return this.#texts.length < BATCH_EVENTS_MAX && this.#bytes + Buffer.byteLength(text) + 1 <= BATCH_BYTES_MAX;
  }

  add({ text, line }: EventText): void {
    this.#texts.push(text);
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(text) + 1;
  }

  *take(): Generator<EventBatch> {
    if (this.#texts.length === 0) return;
    yield { body: `[${this.#texts.join(',')}]`, lines: this.#lines };
    this.#texts = [];
    this.#lines = [];
    this.#bytes = 2;
  }
}
