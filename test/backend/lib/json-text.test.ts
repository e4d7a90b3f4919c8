import { describe, expect, it } from 'vitest';
import { jsonFault, parseJsonText } from '../../../backend/lib/json-text.ts';
import { Random } from '../../support/random.ts';

const SAMPLE = JSON.stringify({
  a: [1, -2.5e3, true, null, { b: [] }, {}],
  'c"': 'tab\t and ü and \\',
  d: { e: false, f: [[0], ''] },
});

describe('JSON that is none', () => {
  it.each([
    ['{"a": oops}', 6],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['{a:1}', 1],
    ['{"a" 1}', 5],
    ["['a']", 1],
    ['[1 2]', 3],
    ['1 2', 2],
    ['01', 1],
    ['["a\nb"]', 3],
    ['["\\x"]', 2],
    ['{]', 1],
    ['', 0],
    ['{"a":', 5],
    ['["a', 3],
    ['[tru', 1],
  ])('of %j has its fault at %i', (text, position) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(jsonFault(text)).toBe(position);
  });

  it('says where, and repeats nothing of it', () => {
    expect(() => parseJsonText('{"password": s3cret}', 'the body')).toThrow(
      expect.objectContaining({
        code: 'bad-request',
        message: 'the body is not JSON: what stands at 13 cannot be there',
        position: 13,
      }),
    );
    expect(() => parseJsonText('[1,', 'event 3')).toThrow('event 3 is not JSON: it ends too early');
    expect(parseJsonText(SAMPLE, 'it')).toEqual(JSON.parse(SAMPLE));
  });

  it('is found where the engine finds it, whatever is broken', () => {
    const seed = Date.now();
    const random = new Random(seed);
    for (let round = 0; round < 3000; round++) {
      const at = random.int(SAMPLE.length);
      const broken = SAMPLE.slice(0, at) + random.pick([...'{}[],:"x1 \n\\']) + SAMPLE.slice(at + random.int(3));
      const told = engineFault(broken);
      const found = jsonFault(broken);
      if (told === 'none') expect(found, `seed ${seed}: ${broken}`).toBe(broken.length);
      else if (typeof told === 'number') expect(found, `seed ${seed}: ${broken}`).toBe(told);
    }
  });
});

/** Undefined where the engine names no place, or one within a string or word. */
function engineFault(text: string): number | 'none' | undefined {
  try {
    JSON.parse(text);
    return 'none';
  } catch (error) {
    const { message } = error as Error;
    const place = /^(?:Expected|Unexpected non-whitespace).* at position (\d+)/.exec(message)?.[1];
    return place === undefined ? undefined : Number(place);
  }
}
