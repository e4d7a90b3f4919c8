import type { Field } from '../protocol/messages.ts';
import type { MetricViewSpec } from './metrics/metric-spec.ts';
import { type MetricFrame, MetricView } from './metrics/metric-view.ts';
import { Sinks } from './sinks.ts';
import type { MetricSink, Origin, View, ViewChange } from './view.ts';

/** A summary of a filter: loaded once, then kept from transitions. */
export class MetricsView implements View {
  readonly kind = 'metric';
  readonly fields: readonly Field[];
  readonly sinks = new Sinks<MetricSink>();
  readonly #spec: MetricViewSpec;
  readonly #origin: Origin;
  #metrics: MetricView | undefined;

  constructor(spec: MetricViewSpec, origin: Origin) {
    this.#spec = spec;
    this.#origin = origin;
    this.fields = new MetricView(spec).fields;
  }

  /** Before the first look there is nothing to keep: the load will see the change. */
  apply(change: ViewChange): void {
    this.#metrics?.apply(change.before, change.after);
  }

  settle(): void {
    const frame = this.#loaded().takeCut();
    if (frame !== undefined) for (const sink of this.sinks.all) sink.replace(frame);
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
      this.#metrics.load(this.#origin.source.read(this.#origin.readSpec()));
    }
    return this.#metrics;
  }
}
