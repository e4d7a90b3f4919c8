import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Row } from '../../../backend/protocol/schema.ts';
import type { SafQueue } from '../../../backend/streams/saf-queue.ts';
import { SafStream } from '../../../backend/streams/saf-stream.ts';
import { Spool } from '../../../backend/streams/spool.ts';
import { tempDir } from '../../support/temp-dir.ts';

const OUTPUT = { fields: [], project: (row: Row) => row, snapshotText: () => '[]', settle: () => undefined };

/** A stream over a real spool in memory; `told` is what its client was told, in order. */
class SafLab {
  readonly spool: Spool;
  readonly stream: SafStream;
  readonly id: number;
  #seq = 0;
  #wakes = 0;

  constructor(bytesMax = 1e9) {
    this.spool = new Spool(':memory:', { bytesMax, ageMsMax: 1e12 });
    this.id = this.spool.create({ client: 'noc', key: 'k', request: '{}', start: 0 }).id;
    const { id, spool } = this;
    const queue: SafQueue = {
      get acked() {
        return spool.acked(id);
      },
      gapAfter: seq => spool.gapAfter(id, seq),
      add: (seq, body) => spool.append([{ stream: id, seq, body }], { epoch: 1, processed: seq }, 0),
      get isBegun() {
        return spool.isBegun(id);
      },
      read: (seq, upTo, limit) => spool.read(id, seq, upTo, limit),
    };
    this.stream = new SafStream('v1:saf', OUTPUT, queue, () => this.#wakes++);
  }

  get wakes(): number {
    return this.#wakes;
  }

  change(count: number): void {
    this.spool.together(() => {
      for (let i = 0; i < count; i++) {
        this.#seq++;
        this.stream.push({ seq: this.#seq, key: this.#seq, before: undefined, after: [this.#seq] });
      }
    });
  }

  /** One cut: the seqs of its rows, its gaps as [from, to], and its snapshot as the negative of what it is as of. */
  cut(asOf = this.#seq): (number | [number, number])[] {
    const texts = this.stream.take(asOf)?.() ?? [];
    return texts.flatMap((text): (number | [number, number])[] => {
      const message = JSON.parse(text) as ServerMessage;
      if (message.type === 'rows') return message.changes.map(({ seq }) => seq);
      if (message.type === 'snap') return [-message.asOf];
      return message.type === 'gap' ? [[message.from, message.to]] : [];
    });
  }

  ack(seq: number): void {
    this.spool.ack(this.id, seq);
    if (this.stream.hasStart(seq)) this.spool.setBegun(this.id, true);
  }
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a store-and-forward stream', () => {
  it('tells a long absence in several cuts, each of them waking the next', () => {
    const lab = new SafLab();
    lab.change(4500);
    lab.stream.attach(0);
    expect(lab.cut()).toEqual(upTo(1, 2000));
    expect(lab.stream.dirty).toBe(true);
    expect(lab.cut()).toEqual(upTo(2001, 4000));
    expect(lab.cut()).toEqual(upTo(4001, 4500));
    expect(lab.stream.dirty).toBe(false);
    expect(lab.cut()).toEqual([]);
  });

  it('wants to go on at once when its client has confirmed a full cut, and not before', () => {
    const lab = new SafLab();
    lab.change(3000);
    lab.stream.attach(0);
    lab.cut();
    expect(lab.stream.wantsMore).toBe(false);
    lab.ack(1999);
    expect(lab.stream.wantsMore).toBe(false);
    lab.ack(2000);
    expect(lab.stream.wantsMore).toBe(true);
    lab.cut();
    lab.ack(3000);
    expect(lab.stream.wantsMore).toBe(false);
  });

  it('tells again what was in cuts that did not arrive, though they had the same asOf as one that did', () => {
    const lab = new SafLab();
    lab.change(7000);
    lab.stream.attach(0);
    expect(lab.cut(7000)).toEqual(upTo(1, 2000));
    lab.cut(7000); // lost
    lab.cut(7000); // lost
    // What the gateway knows: the last cut that went out was at 7000, and one at 7000 was missed.
    lab.stream.rewind(6999);
    const told = [...lab.cut(), ...lab.cut(), ...lab.cut(), ...lab.cut()];
    expect([...new Set(told)]).toEqual(upTo(1, 7000));
  });

  it('does not repeat cuts that did arrive', () => {
    const lab = new SafLab();
    lab.stream.attach(0);
    lab.change(10);
    lab.cut(10);
    lab.change(10);
    lab.cut(20); // lost
    lab.stream.rewind(10);
    expect(lab.cut(20)).toEqual(upTo(11, 20));
    lab.stream.rewind(20);
    expect(lab.stream.dirty).toBe(false);
  });

  it('repeats everything unconfirmed when it no longer knows which cut began where', () => {
    const lab = new SafLab();
    lab.stream.attach(0);
    for (let seq = 1; seq <= 200; seq++) {
      lab.change(1);
      lab.cut(seq);
    }
    lab.ack(30);
    lab.stream.rewind(40);
    expect(lab.cut(200)).toEqual(upTo(31, 200));
  });

  it('tells what is still spooled before a gap that lies after it', () => {
    const lab = new SafLab();
    lab.change(10);
    lab.spool.lose(lab.id, { from: 11, to: 20 });
    lab.stream.attach(0);
    expect(lab.cut(20)).toEqual([...upTo(1, 10), [11, 20]]);
    lab.ack(20);
    lab.stream.attach(20);
    expect(lab.cut(20)).toEqual([]);
  });

  it('tells the part of a gap that the client does not have already', () => {
    const lab = new SafLab();
    lab.spool.lose(lab.id, { from: 1, to: 20 });
    lab.stream.attach(15);
    expect(lab.cut(20)).toEqual([[16, 20]]);
  });

  it('lets the oldest go beyond its bound, and tells all of it as one gap', () => {
    const lab = new SafLab(3000);
    for (let round = 0; round < 5; round++) {
      lab.change(50);
      lab.spool.trim(0);
    }
    lab.stream.attach(0);
    const [gap, ...rows] = lab.cut();
    const [from, to] = gap as [number, number];
    expect(from).toBe(1);
    expect(rows).toEqual(upTo(to + 1, 250));
    expect(lab.spool.bytesByClient.noc).toBeLessThanOrEqual(3000);
    lab.ack(250);
    expect(lab.spool.bytesByClient.noc).toBe(0);
  });

  it('counts bytes alike when they come and when they go, whatever the text', () => {
    const { spool, id } = new SafLab();
    const record = { stream: id, seq: 1, body: '"ß 漢 😀"' };
    spool.append([record], { epoch: 1, processed: 1 }, 0);
    spool.append([record], { epoch: 1, processed: 1 }, 0);
    spool.ack(id, 1);
    expect(spool.bytesByClient.noc).toBe(0);
  });
});

describe('the start of a store-and-forward stream', () => {
  function unbegun(): SafLab {
    const lab = new SafLab();
    lab.spool.setBegun(lab.id, false);
    return lab;
  }

  it('goes with the last of the changes that are spooled, and once on a connection', () => {
    const lab = unbegun();
    lab.change(4000);
    lab.stream.attach(0);
    expect(lab.cut()).toEqual(upTo(1, 2000));
    expect(lab.cut()).toEqual([...upTo(2001, 4000), -4000]);
    lab.change(1);
    expect(lab.cut()).toEqual([4001]);
  });

  it('is confirmed with what it came with, and not with what came before', () => {
    const lab = unbegun();
    lab.change(3000);
    lab.stream.attach(0);
    lab.cut();
    lab.ack(2000);
    expect(lab.cut()).toEqual([...upTo(2001, 3000), -3000]);
    lab.ack(2000);
    lab.ack(2999);
    lab.stream.attach(3000);
    expect(lab.cut()).toEqual([-3000]);
    lab.ack(3000);
    lab.stream.attach(3000);
    expect(lab.cut()).toEqual([]);
  });

  it('is told again when the cut that had it did not arrive', () => {
    const lab = unbegun();
    lab.change(2);
    lab.stream.attach(0);
    lab.cut(2); // lost
    lab.stream.rewind(1);
    lab.ack(2);
    expect(lab.cut(2)).toEqual([-2]);
  });

  it('is told at the next cut when it cannot be read, with the changes before it', () => {
    const lab = unbegun();
    lab.change(2);
    lab.stream.attach(0);
    const { snapshotText } = OUTPUT;
    OUTPUT.snapshotText = () => {
      throw new Error('planted');
    };
    expect(() => lab.cut()).toThrow('planted');
    OUTPUT.snapshotText = snapshotText;
    expect(lab.cut()).toEqual([1, 2, -2]);
  });
});

describe('the spool of a store that gives seqs again', () => {
  it('forgets what never was, and knows up to where an older position holds', () => {
    const lab = new SafLab();
    lab.change(20);
    lab.ack(15);
    lab.spool.beginEpoch(2, 10);
    expect(lab.spool.read(lab.id, 0, 100, 100)).toEqual([]);
    expect(lab.spool.acked(lab.id)).toBe(10);
    expect(lab.spool.bytesByClient.noc).toBe(0);
    expect(lab.spool.commonWith(1)).toBe(10);
    expect(lab.spool.commonWith(2)).toBeUndefined();
    lab.spool.beginEpoch(3, 40);
    expect(lab.spool.commonWith(1)).toBe(10);
    expect(lab.spool.commonWith(2)).toBe(40);
  });

  it('keeps what was before', () => {
    const lab = new SafLab();
    lab.change(20);
    lab.spool.beginEpoch(2, 10);
    lab.stream.attach(0);
    expect(lab.cut(10)).toEqual(upTo(1, 10));
  });
});

describe('the file of the spool', () => {
  it('that is damaged is left as it is, and it is said what to do', () => {
    const file = join(tempDir(), 'spool.db');
    writeFileSync(file, 'no database at all, whatever it was once');
    expect(() => new Spool(file, { bytesMax: 1, ageMsMax: 1 })).toThrow(
      `${file} is damaged (file is not a database); it was left as it is: move it away, and store-and-forward clients are given what the log still has`,
    );
    expect(readFileSync(file, 'utf8')).toContain('no database at all');
  });
});
