import type { CutFacts, CutItem, Span } from '../../notifier/link.ts';
import type { FramedTexts } from './framed-texts.ts';
import { type Framing, frame } from './framing.ts';

/** A list of buffers that go out as one write. */
export interface Frames {
  readonly buffers: readonly Buffer[];
  readonly bytes: number;
}

/** The `cut` message, once for each framing, with and without the question for `applied`. */
export class CutMessage {
  readonly facts: CutFacts;
  readonly #framed = new Map<Framing, { plain: Buffer; asking: Buffer }>();

  constructor(facts: CutFacts) {
    this.facts = facts;
  }

  framed(framing: Framing, asking: boolean): Buffer {
    let both = this.#framed.get(framing);
    if (both === undefined) {
      const { asOf, epoch, intervalMs, throttled } = this.facts;
      const message = { type: 'cut', asOf, epoch, intervalMs, throttled };
      both = {
        plain: frame(framing, JSON.stringify(message)),
        asking: frame(framing, JSON.stringify({ ...message, ack: true })),
      };
      this.#framed.set(framing, both);
    }
    return asking ? both.asking : both.plain;
  }
}

export interface QueuedCut {
  readonly item: CutItem;
  readonly texts: FramedTexts;
  readonly message: CutMessage;
}

/** What one cut has for one group. */
export interface CutPart {
  readonly cut: QueuedCut;
  readonly spans: Span[];
}

/** Up to here a group is served message by message, so that large ones are not copied for each of many small groups. */
const SMALL_GROUP = 3;

/**
 * What one sweep has for one subscription group: for each of its cuts the changed frames and the `cut`. Concatenated
 * once however many members there are, since a member's cost is its one write.
 */
export class GroupFrames {
  readonly framing: Framing;
  readonly #parts: readonly CutPart[];
  readonly #together: boolean;
  textBytes = 0;
  #plain: Frames | undefined;
  #asking: Frames | undefined;

  constructor(framing: Framing, parts: readonly CutPart[], members: number) {
    this.framing = framing;
    this.#parts = parts;
    this.#together = members > SMALL_GROUP;
    for (const { spans } of parts) for (const { from, to } of spans) this.textBytes += to - from;
  }

  /** The first cut in it: what a member who gets nothing of this has missed from. */
  get firstAsOf(): number {
    return this.#parts[0]!.cut.message.facts.asOf;
  }

  get asOf(): number {
    return this.#parts.at(-1)!.cut.message.facts.asOf;
  }

  get(asking: boolean): Frames {
    if (asking) this.#asking ??= this.#build(true);
    else this.#plain ??= this.#build(false);
    return (asking ? this.#asking : this.#plain)!;
  }

  #build(asking: boolean): Frames {
    const last = this.#parts.length - 1;
    const buffers = this.#parts.flatMap(({ cut, spans }, index) => {
      const tail = cut.message.framed(this.framing, asking && index === last);
      return this.#together
        ? [cut.texts.whole(this.framing, spans, tail)]
        : [...cut.texts.pieces(this.framing, spans), tail];
    });
    return framesOf(this.#together && buffers.length > 1 ? [Buffer.concat(buffers)] : buffers);
  }
}

export function framesOf(buffers: readonly Buffer[]): Frames {
  let bytes = 0;
  for (const buffer of buffers) bytes += buffer.length;
  return { buffers, bytes };
}
