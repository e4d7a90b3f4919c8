import type { Field } from '../protocol/messages.ts';
import type { ReadSpec, Source } from '../sources/source.ts';
import type { MetricViewSpec } from './metrics/metric-spec.ts';
import { type MetricFrame, MetricView } from './metrics/metric-view.ts';
import type { MetricSink, View, ViewChange } from './view.ts';

/** A summary of a filter: loaded once, then kept from transitions. */
export class MetricsView implements View {
  readonly kind = 'metric';
  readonly fields: readonly Field[];
  readonly sinks = new Set<MetricSink>();
  readonly #spec: MetricViewSpec;
  readonly #source: Source;
  readonly #read: () => ReadSpec;
  #metrics: MetricView | undefined;

  constructor(spec: MetricViewSpec, source: Source, read: () => ReadSpec) {
    this.#spec = spec;
    this.#source = source;
    this.#read = read;
    this.fields = new MetricView(spec).fields;
  }

  /** Before the first look there is nothing to keep: the load will see the change. */
  apply(change: ViewChange): void {
    this.#metrics?.apply(change.before, change.after);
  }

  settle(): void {
    const frame = this.#loaded().takeCut();
    if (frame !== undefined) for (const sink of this.sinks) sink.replace(frame);
  }

  reset(): void {
    this.#metrics = undefined;
  }

  frame(): MetricFrame {
    return this.#loaded().frame();
  }

  #loaded(): MetricView {
    if (this.#metrics === undefined) {
      this.#metrics = new MetricView(this.#spec);
      this.#metrics.load(this.#source.read(this.#read()));
    }
    return this.#metrics;
  }
}
