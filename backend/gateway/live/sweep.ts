import { type CutPart, GroupFrames, type QueuedCut } from './cut-frames.ts';
import type { SubscriptionGroup, SubscriptionGroups } from './subscription-groups.ts';

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
      for (; this.#member < until; this.#member++) members[this.#member]!.offer(this.#frames, nowMs);
      if (this.#member === members.length) {
        this.#group++;
        this.#member = 0;
        this.#frames = undefined;
      }
    }
    return served;
  }
}
