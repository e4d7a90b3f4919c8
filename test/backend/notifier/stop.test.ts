import { describe, expect, it } from 'vitest';
import { NotifierLab } from '../../support/notifier-lab.ts';

describe('a notifier that stops', () => {
  it('sends what is pending in a last cut, and leaves no timer, whatever is told afterwards', () => {
    using lab = new NotifierLab();
    const viewer = lab.join();
    viewer.open('net', { columns: ['node'] });
    viewer.open('all', { columns: ['node'], mode: 'all' });
    viewer.open('slow', { metrics: [{ fn: 'count' }], intervalMs: 60_000, historyMs: 60_000 });
    viewer.open('time', { filter: 'last_occurrence > now() - 1h', mode: 'immediate' });
    lab.settle();
    for (const identifier of ['a', 'b', 'c']) lab.send({ identifier });
    viewer.flush('never', 99);
    lab.send({ identifier: 'd' });
    lab.notifier.stop();
    expect(['net', 'all', 'time'].map(id => viewer.view(id).rows.size)).toEqual([4, 4, 4]);
    expect(viewer.view('slow').metric).toEqual([[4]]);
    expect(lab.clock.timers).toBe(0);
    lab.leave(viewer);
    lab.join();
    expect(lab.clock.timers).toBe(0);
  });
});
