import type { MetricFrame } from '../views/metrics/metric-view.ts';
import type { MetricSink } from '../views/view.ts';
import { metricText } from './encode.ts';
import type { Encode, Stream } from './stream.ts';

export interface MetricOutput {
  frame(): MetricFrame;
  settle(seq: number): void;
}

/**
 * Absolute values: the last frame of an interval replaces the ones before it. One that cannot be encoded is pending again
 * until it can, or until a newer one takes its place.
 */
export class MetricStream implements Stream, MetricSink {
  readonly wire: string;
  readonly #output: MetricOutput;
  readonly #onDirty: () => void;
  #pending: MetricFrame | undefined;
  /** Until somebody has a frame there is none to replace. */
  #joined = false;

  constructor(wire: string, output: MetricOutput, onDirty: () => void) {
    this.wire = wire;
    this.#output = output;
    this.#onDirty = onDirty;
  }

  get dirty(): boolean {
    return this.#pending !== undefined;
  }

  replace(frame: MetricFrame): void {
    if (!this.#joined) return;
    if (this.#pending === undefined) this.#onDirty();
    this.#pending = frame;
  }

  take(asOf: number): Encode | undefined {
    const frame = this.#pending;
    if (frame === undefined) return undefined;
    this.#pending = undefined;
    return () => {
      try {
        return [metricText({ view: this.wire, asOf, frame })];
      } catch (error) {
        if (this.#pending === undefined) this.replace(frame);
        throw error;
      }
    };
  }

  /** Settled first: the others then get at their next cut what the joiner sees now, also if it is undone by then. */
  snapshot(asOf: number): readonly string[] {
    this.#output.settle(asOf);
    this.#joined = true;
    return [metricText({ view: this.wire, asOf, frame: this.#output.frame() })];
  }
}
