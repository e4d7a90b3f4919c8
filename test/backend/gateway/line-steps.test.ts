import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type LineStep, lineSteps } from '../../../backend/gateway/line-steps.ts';
import { SimClock } from '../../support/sim-clock.ts';

function open(waitMs = 250) {
  const clock = new SimClock();
  const stream = new PassThrough();
  return { clock, stream, steps: lineSteps(stream, { clock, waitMs, lineBytes: 10_000 }) };
}

/** Everything that is under way without time passing has happened. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await setImmediate();
}

function textOf({ done, value }: IteratorResult<LineStep>): string | undefined {
  return done === true ? undefined : value.lines.toString();
}

describe('a stream in steps', () => {
  it('gives whole lines that wait after the time, and keeps the half one', async () => {
    const { clock, steps, stream } = open();
    const first = steps.next().then(textOf);
    stream.write('{"a":1}\n{"a":2}\n{"a"');
    await settle();
    let has: string | undefined;
    void first.then(text => {
      has = text;
    });
    clock.pass(249);
    await settle();
    expect(has).toBeUndefined();
    clock.pass(1);
    expect(await first).toBe('{"a":1}\n{"a":2}\n');
    const second = steps.next().then(textOf);
    stream.end(':3}');
    expect(await second).toBe('{"a":3}\n');
    expect((await steps.next()).done).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('counts the time from the first line that waits, however often more come', async () => {
    const { clock, steps, stream } = open();
    const step = steps.next().then(textOf);
    for (let i = 0; i < 5; i++) {
      stream.write(`${i}\n`);
      await settle();
      clock.pass(50);
      await settle();
    }
    expect(await step).toBe('0\n1\n2\n3\n4\n');
  });

  it('waits for no time where there is no line, or none that says anything', async () => {
    const { clock, steps, stream } = open();
    const step = steps.next().then(textOf);
    stream.write('half a');
    await settle();
    expect(clock.timers).toBe(0);
    stream.write(' line\n');
    await settle();
    clock.pass(250);
    expect(await step).toBe('half a line\n');
    const next = steps.next().then(textOf);
    stream.write('\n\n');
    await settle();
    clock.pass(250);
    stream.end('1');
    expect(await next).toBe('1\n');
  });

  it('gives a full step at once, whatever the time', async () => {
    const { clock, steps, stream } = open();
    stream.write('1\n'.repeat(1500));
    expect((await steps.next()).value).toMatchObject({ count: 1000 });
    const rest = steps.next();
    await settle();
    clock.pass(250);
    expect((await rest).value).toMatchObject({ count: 500 });
  });

  it('cuts by fullness alone where steps must be the same the next time', async () => {
    const { clock, steps, stream } = open(Infinity);
    const step = steps.next();
    stream.write('1\n'.repeat(999));
    await settle();
    clock.pass(60_000);
    stream.end('1\n2\n');
    expect((await step).value).toMatchObject({ count: 1000 });
    expect((await steps.next()).value).toMatchObject({ count: 1 });
  });

  it('ends the stream when whoever takes the steps ends, though a chunk is still to come', async () => {
    const { clock, steps, stream } = open();
    const step = steps.next();
    stream.write('1\n');
    await settle();
    clock.pass(250);
    await step;
    await steps.return(undefined);
    expect(stream.destroyed).toBe(true);
  });

  it('tells a stream that breaks', async () => {
    const { steps, stream } = open();
    const step = steps.next();
    stream.write('1\n');
    await settle();
    stream.destroy(new Error('torn'));
    await expect(step).rejects.toThrow('torn');
  });

  it('refuses a line that is too long', async () => {
    const { steps, stream } = open();
    stream.write('x'.repeat(10_001));
    await expect(steps.next()).rejects.toThrow('a line of the body is over 10000 bytes');
  });
});
