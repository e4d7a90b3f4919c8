import { type CutPart, type Frames, GroupFrames, type QueuedCut } from './cut-frames.ts';
import type { Subscriber, SubscriptionGroup, SubscriptionGroups } from './subscription-groups.ts';

/** Text that takes the kernel about as long as a write itself: a viewer of large frames counts as several. */
const BYTES_A_WRITE = 16 * 1024;

/** One pass over every group that some cuts concern; it can pause after any viewer. */
export class Sweep {
  readonly #groups: readonly SubscriptionGroup[];
  readonly #parts: readonly CutPart[][];
  #group = 0;
  #member = 0;
  #frames: GroupFrames | undefined;

  constructor(cuts: readonly QueuedCut[], groups: SubscriptionGroups) {
    const plan = new Map<SubscriptionGroup, CutPart[]>();
    for (const cut of cuts) for (const [index, stream] of cut.item.streams.entries()) addToPlan(stream, index, cut);
    this.#groups = [...plan.keys()];
    this.#parts = [...plan.values()];

    function addToPlan(stream: number, index: number, cut: QueuedCut): void {
      const spans = cut.item.spans[index]!;
      for (const group of groups.of(stream)) {
        const parts = plan.get(group);
        const last = parts?.at(-1);
        if (last?.cut === cut) last.spans.push(...spans);
        else if (parts !== undefined) parts.push({ cut, spans: [...spans] });
        else plan.set(group, [{ cut, spans: [...spans] }]);
      }
    }
  }

  get isDone(): boolean {
    return this.#group === this.#groups.length;
  }

  /** Serves viewers for at most so many writes, or one whose frames are worth more; returns how many it took. */
  write(budget: number, nowMs: number): number {
    let served = 0;
    while (served < budget && !this.isDone) {
      const { members, framing } = this.#groups[this.#group]!;
      this.#frames ??= new GroupFrames(framing, this.#parts[this.#group]!, members.length);
      const writes = 1 + Math.trunc(this.#frames.textBytes / BYTES_A_WRITE);
      const until = Math.min(members.length, this.#member + Math.ceil((budget - served) / writes));
      served += (until - this.#member) * writes;
      serve(members.slice(this.#member, until), this.#frames, nowMs);
      this.#member = until;
      if (this.#member === members.length) {
        this.#group++;
        this.#member = 0;
        this.#frames = undefined;
      }
    }
    return served;
  }
}

/**
 * All are looked at before any is written to: of thousands of sessions none is in the processor's cache, and it waits
 * for several of them at once as long as no write stands between. That is worth a tenth of a small write.
 */
function serve(members: readonly Subscriber[], frames: GroupFrames, nowMs: number): void {
  const taken: (Frames | undefined)[] = [];
  for (const member of members) taken.push(member.take(frames, nowMs));
  for (let i = 0; i < taken.length; i++) if (taken[i] !== undefined) members[i]!.write(taken[i]!);
}
