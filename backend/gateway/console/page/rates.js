const WINDOW_MS = 10_000;

/**
 * What counters that only grow grow by in a second, over the last ten seconds. One that comes later was 0 before; one
 * that falls starts anew.
 */
export class Rates {
  #samples = new Map();
  #nowMs;

  /** Called once a cut, with all counters of that cut. */
  record(nowMs, counters) {
    const before = this.#nowMs === undefined ? [] : [{ atMs: this.#nowMs, value: 0 }];
    this.#nowMs = nowMs;
    for (const name of this.#samples.keys()) if (!counters.has(name)) this.#samples.delete(name);
    for (const [name, value] of counters) {
      let samples = this.#samples.get(name) ?? [...before];
      if (samples.length > 0 && value < samples.at(-1).value) samples = [];
      samples.push({ atMs: nowMs, value });
      while (samples.length > 2 && samples[1].atMs <= nowMs - WINDOW_MS) samples.shift();
      this.#samples.set(name, samples);
    }
  }

  /** A second; undefined until there are two samples. */
  of(name) {
    const samples = this.#samples.get(name) ?? [];
    const first = samples[0];
    if (samples.length < 2 || this.#nowMs === first.atMs) return undefined;
    return ((samples.at(-1).value - first.value) * 1000) / (this.#nowMs - first.atMs);
  }
}
