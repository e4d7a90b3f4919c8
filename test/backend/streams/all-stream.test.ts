import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Row } from '../../../backend/protocol/schema.ts';
import { AllStream } from '../../../backend/streams/all-stream.ts';
import { Random } from '../../support/random.ts';

/** A stream whose rows can be encoded or not; a cut is the seqs of its rows, and its gaps as [from, to]. */
class Lab {
  canEncode = true;
  full = 0;
  woken = 0;
  seq = 0;
  readonly stream: AllStream;

  constructor() {
    const project = (row: Row): Row => {
      if (!this.canEncode) throw new Error('planted');
      return row;
    };
    const output = { fields: [], project, snapshotText: () => '[]', settle: () => undefined };
    this.stream = new AllStream('v1:all', output, { dirty: () => this.woken++, full: () => this.full++ });
  }

  change(count: number): void {
    for (let i = 0; i < count; i++) {
      this.seq++;
      this.stream.push({ seq: this.seq, key: this.seq, before: undefined, after: [this.seq] });
    }
  }

  /** With so many changes in the pause between taking and encoding; undefined when it fails. */
  cut(pause = 0): (number | [number, number])[] | undefined {
    const encode = this.stream.take(this.seq);
    this.change(pause);
    try {
      return encode?.().flatMap((text): (number | [number, number])[] => {
        const message = JSON.parse(text) as ServerMessage;
        if (message.type === 'rows') return message.changes.map(({ seq }) => seq);
        return message.type === 'gap' ? [[message.from, message.to]] : [];
      });
    } catch {
      return undefined; // planted
    }
  }
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a stream of all changes', () => {
  it('asks to be cut when as many wait as should at most', () => {
    const lab = new Lab();
    lab.change(9_999);
    expect(lab.full).toBe(0);
    lab.change(1);
    expect([lab.woken, lab.full]).toEqual([1, 1]);
    expect(lab.cut()).toEqual(upTo(1, 10_000));
  });

  it('keeps what it cannot encode, up to a bound, and tells beyond it as a gap what it let go', () => {
    const lab = new Lab();
    lab.canEncode = false;
    for (let i = 0; i < 100; i++) {
      lab.change(777);
      lab.cut();
    }
    lab.canEncode = true;
    const [gap, ...told] = lab.cut()!;
    expect(told.length).toBeLessThanOrEqual(20_000);
    expect(told).toEqual(upTo((gap as number[])[1]! + 1, 77_700));
    expect((gap as number[])[0]).toBe(1);
    lab.change(1);
    expect(lab.cut()).toEqual([77_701]);
  });

  it('tells every change or a gap that has it, once and in order, whatever fails in between', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = new Random(seed);
      const lab = new Lab();
      const told: (number | [number, number])[] = [];
      for (let step = 0; step < 30; step++) {
        lab.change(random.int(3000));
        lab.canEncode = random.chance(0.2);
        const pause = random.chance(0.1) ? random.pick([3000, 25_000]) : 0;
        told.push(...(lab.cut(pause) ?? []));
      }
      lab.canEncode = true;
      told.push(...(lab.cut() ?? []));
      const spans = told.map(part => (typeof part === 'number' ? [part, part] : part));
      const wrong = spans.filter(([from], i) => from !== (spans[i - 1]?.[1] ?? 0) + 1);
      expect([wrong, spans.at(-1)![1]], `seed ${seed}`).toEqual([[], lab.seq]);
    }
  });
});
