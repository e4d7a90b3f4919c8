import { expect, it } from 'vitest';
import type { ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Key, Row, Value } from '../../../backend/protocol/schema.ts';
import { NetStream } from '../../../backend/streams/net-stream.ts';
import { checkHistories } from '../../support/history.ts';
import type { Random } from '../../support/random.ts';

type Step =
  | { readonly do: 'put' | 'delete'; readonly key: number; readonly value: number }
  | { readonly do: 'cut' | 'failing cut' | 'join' | 'resume' };

function step(random: Random): Step {
  const roll = random.int(10);
  if (roll < 6) return { do: random.pick(['put', 'put', 'delete'] as const), key: random.int(5), value: random.int(9) };
  return { do: random.pick(['cut', 'cut', 'failing cut', 'join', 'resume'] as const) };
}

/** One viewer's rows, from the messages that it was sent. */
class Told {
  readonly rows = new Map<Key, readonly Value[]>();

  take(texts: readonly string[]): void {
    for (const text of texts) {
      const message = JSON.parse(text) as ServerMessage;
      if (message.type === 'snap') {
        this.rows.clear();
        this.#put(message.values);
      } else if (message.type === 'delta') {
        this.#put(message.upsert ?? []);
        for (const key of message.remove ?? []) this.rows.delete(key);
      }
    }
  }

  #put(columns: readonly (readonly Value[])[]): void {
    columns[0]?.forEach((key, i) => {
      this.rows.set(key as Key, [key, columns[1]![i]!]);
    });
  }
}

/** A stream over a map, and viewers that joined it at different times, by snapshot or by difference. */
function run(steps: readonly Step[]): void {
  const rows = new Map<Key, Row>();
  let isFailing = false;
  const output = {
    fields: [
      { name: 'key', type: 'integer' as const, key: true as const },
      { name: 'value', type: 'integer' as const },
    ],
    project: (row: Row) => {
      if (isFailing) throw new Error('planted');
      return row;
    },
    snapshotText: () => JSON.stringify([[...rows.keys()], [...rows.values()].map(row => row[1])]),
    settle: () => {},
  };
  const stream = new NetStream('v1', output, () => {});
  const viewers: Told[] = [];
  let seq = 0;
  const change = (key: number, after: Row | undefined) => {
    const before = rows.get(key);
    if (before === undefined && after === undefined) return;
    if (after === undefined) rows.delete(key);
    else rows.set(key, after);
    stream.push({ seq: ++seq, key, before, after });
  };
  const cut = () => {
    const texts = stream.take(seq)?.() ?? [];
    for (const viewer of viewers) viewer.take(texts);
    for (const viewer of viewers) expect(viewer.rows).toEqual(rows);
  };
  const join = (viewer: Told, texts: readonly string[]) => {
    viewer.take(texts);
    expect(viewer.rows).toEqual(rows);
    viewers.push(viewer);
  };
  for (const step of steps) {
    if (step.do === 'put') change(step.key, [step.key, step.value]);
    else if (step.do === 'delete') change(step.key, undefined);
    else if (step.do === 'cut') cut();
    else if (step.do === 'failing cut') {
      isFailing = true;
      try {
        // Removals alone can be told.
        cut();
      } catch (error) {
        expect(error).toMatchObject({ message: 'planted' });
        expect(stream.dirty).toBe(true);
      }
      isFailing = false;
    } else if (step.do === 'join') join(new Told(), stream.snapshot(seq, false));
    else {
      // Somebody who left after the last step comes back: nothing differs, and he has what was pending then.
      const back = new Told();
      for (const [key, row] of rows) back.rows.set(key, row);
      join(back, stream.difference(seq, [], []));
    }
  }
  cut();
  expect(stream.dirty).toBe(false);
}

it('a net stream leads every viewer to the rows of now, whenever it joined and whatever could not be encoded', () => {
  checkHistories<Step>({
    seed: Number(process.env.TEST_SEED ?? 1),
    count: 2000,
    generate: random => Array.from({ length: 40 }, () => step(random)),
    run,
  });
});
