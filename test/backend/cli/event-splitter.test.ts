import { describe, expect, it } from 'vitest';
import { EventSplitter } from '../../../backend/cli/event-splitter.ts';
import { Random } from '../../support/random.ts';

function split(...chunks: string[]) {
  const splitter = new EventSplitter(1_000);
  return [...chunks.flatMap(chunk => splitter.push(chunk)), ...splitter.end()];
}

/** Events by value, faults by line and the beginning of their text. */
const seen = (...chunks: string[]) =>
  split(...chunks).map(item => ('text' in item ? [item.line, JSON.parse(item.text)] : [item.line, item.fault]));

describe('EventSplitter', () => {
  it('finds one event a line', () => {
    expect(seen('{"a":1}\n\n  {"a":2}\r\n{"a":3}')).toEqual([
      [1, { a: 1 }],
      [3, { a: 2 }],
      [4, { a: 3 }],
    ]);
  });

  it('finds the events of an array, in any layout', () => {
    expect(seen('\ufeff[\n{"a":1},\n{"a":\n2}, {"a":3}]\n')).toEqual([
      [2, { a: 1 }],
      [3, { a: 2 }],
      [4, { a: 3 }],
    ]);
    expect(seen('[]')).toEqual([]);
    expect(seen('[{"a":1}]\n[{"a":2}]')).toHaveLength(2);
  });

  it('finds an object that spans lines, and nested ones in it', () => {
    const event = { a: { b: [{ c: '}{][",\\' }] }, d: [{}, []] };
    expect(seen(JSON.stringify(event, null, 2))).toEqual([[1, event]]);
  });

  it('names the line of what is no event and goes on at the next', () => {
    expect(seen('hello {"a":1}\n{"a":2}\n42\n"x"\n{"a":3}')).toEqual([
      [1, 'expected an event, {"…": …}, and found "hello {\\"a\\":1}"'],
      [2, { a: 2 }],
      [3, expect.stringContaining('found "42"')],
      [4, expect.stringContaining('expected an event')],
      [5, { a: 3 }],
    ]);
  });

  it('names an event that is not JSON', () => {
    expect(seen('{"a":1,}\n{"a":2}')).toEqual([
      [1, expect.stringContaining('the event is not JSON: ')],
      [2, { a: 2 }],
    ]);
  });

  it('sees that a text does not end on its line', () => {
    expect(seen('{"a":"x}\n{"a":2}')).toEqual([
      [1, 'the event that begins here has a text that does not end on its line'],
      [2, { a: 2 }],
    ]);
  });

  it('sees that a brace is missing at the end of a line', () => {
    expect(seen('{"a":{"b":1}\n{"a":2}')).toEqual([
      [1, 'the event that begins here does not end before the next begins'],
      [2, { a: 2 }],
    ]);
  });

  it('takes no inner object of a broken event for an event', () => {
    expect(seen('{"a":1 {"b":2}}\n{"a":3}')).toEqual([
      [1, expect.stringContaining('not JSON')],
      [2, { a: 3 }],
    ]);
  });

  it('sees that the input ends too early', () => {
    expect(seen('{"a":1}\n{"a":')).toEqual([
      [1, { a: 1 }],
      [2, 'the event that begins here does not end'],
    ]);
    expect(seen('[{"a":1},\n')).toEqual([
      [1, { a: 1 }],
      [2, 'the input ends within the list of events'],
    ]);
  });

  it('gives up an event that never ends instead of holding it', () => {
    const splitter = new EventSplitter(1_000);
    const found = Array.from({ length: 100 }, () => splitter.push(`{"a":[${'1,'.repeat(100)}`)).flat();
    expect(found.every(item => 'fault' in item && item.fault.includes('over 1000 characters'))).toBe(true);
    expect([...splitter.push('\n{"a":2}'), ...splitter.end()]).toEqual([{ text: '{"a":2}', line: 2 }]);
  });

  it('finds the same however the input is cut', () => {
    const bits = [
      '{"a":1}',
      '{"é":"}{\\"\\\\"}',
      '\n',
      '\n',
      ' ',
      ',',
      '[',
      ']',
      '{"b":[{"c":null}]}',
      '{"d":\n2}',
      '{"e":',
      '"',
      'x',
      '}',
    ];
    for (let seed = 1; seed <= 500; seed++) {
      const random = new Random(seed);
      const input = Array.from({ length: 1 + random.int(25) }, () => random.pick(bits)).join('');
      const chunks: string[] = [];
      for (let at = 0; at < input.length; ) {
        const size = 1 + random.int(6);
        chunks.push(input.slice(at, at + size));
        at += size;
      }
      const whole = split(input).map(item => ('fault' in item ? { ...item, fault: item.fault.slice(0, 20) } : item));
      const cut = split(...chunks).map(item => ('fault' in item ? { ...item, fault: item.fault.slice(0, 20) } : item));
      expect(cut, `seed ${seed}: ${JSON.stringify(input)}`).toEqual(whole);
    }
  });

  it('finds every event of random NDJSON and of random arrays', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = new Random(seed);
      const value = (depth: number): unknown => {
        const kind = random.int(depth > 3 ? 3 : 5);
        if (kind === 0) return random.int(1e6) - 5e5;
        if (kind === 1) return random.pick(['', '"', '\\', '{', '}', '\n', 'é', '[1]', ',', '日本']);
        if (kind === 2) return random.pick([null, true, false]);
        const inner = Array.from({ length: random.int(3) }, () => value(depth + 1));
        return kind === 3 ? inner : Object.fromEntries(inner.map((item, index) => [`k${index}"`, item]));
      };
      const events = Array.from({ length: random.int(20) }, () => ({ id: random.int(100), v: value(0) }));
      const values = (text: string) => seen(text).map(([, event]) => event);
      expect(values(events.map(event => `${JSON.stringify(event)}\n`).join('')), `seed ${seed}`).toEqual(events);
      expect(values(JSON.stringify(events)), `seed ${seed}`).toEqual(events);
      expect(values(JSON.stringify(events, null, 1)), `seed ${seed}`).toEqual(events);
    }
  });
});
