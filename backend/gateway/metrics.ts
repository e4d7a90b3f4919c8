import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { ERROR_KINDS, type ErrorCode } from '../protocol/errors.ts';

/** The gateway's own numbers; what the other rooms count is added to the same registry. */
export class Metrics {
  readonly registry = new Registry();
  readonly #rejected: Counter<'code'>;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#rejected = new Counter({
      name: 'panelcast_rejected_total',
      help: 'Requests, messages and connections refused, by error code.',
      labelNames: ['code'],
      registers: [this.registry],
    });
    for (const code of Object.keys(ERROR_KINDS)) this.#rejected.inc({ code }, 0);
  }

  countRejection(code: ErrorCode): void {
    this.#rejected.inc({ code });
  }
}
