import { describe, expect, it } from 'vitest';
import { Heap } from '../../../backend/lib/heap.ts';
import { Random } from '../../support/random.ts';

describe('heap', () => {
  it('gives its items in order, whatever was pushed, popped and replaced', () => {
    const random = new Random(3);
    const heap = new Heap<number>((a, b) => a - b);
    let model: number[] = [];
    for (let step = 0; step < 5_000; step++) {
      const item = random.int(100);
      const action = random.int(10);
      if (action < 5) {
        heap.push(item);
        model.push(item);
      } else if (action < 8) {
        expect(heap.pop()).toBe(model.shift());
      } else if (action < 9 && model.length > 0) {
        heap.replaceTop(item);
        model[0] = item;
      } else if (random.chance(0.05)) {
        model = Array.from({ length: random.int(50) }, () => random.int(100));
        heap.reset(model);
      }
      model.sort((a, b) => a - b);
      expect(heap.peek()).toBe(model[0]);
      expect(heap.size).toBe(model.length);
    }
  });
});
