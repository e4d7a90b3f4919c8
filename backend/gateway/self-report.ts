import type { Clock, Timer } from '../lib/clock.ts';
import type { GatewayReport } from '../notifier/calls.ts';
import type { LiveGateway } from './live/live-gateway.ts';
import type { Metrics } from './metrics.ts';

export interface SelfReportOptions {
  readonly clock: Clock;
  readonly viewers: () => number;
  readonly facts: () => GatewayReport;
  readonly tell: (report: GatewayReport) => Promise<void>;
}

export interface ReportFacts {
  readonly live: Pick<LiveGateway, 'stats' | 'staleViewers'>;
  readonly metrics: Pick<Metrics, 'rejections'>;
  readonly version: string;
  readonly startedAtMs: number;
  readonly others: Readonly<Record<string, () => unknown>>;
}

const REPORT_MS = 1000;
/** Who wants to see more slow viewers than this has another problem than their names. */
const STALE_MAX = 100;

export function reportOf({ live, metrics, others, startedAtMs, version }: ReportFacts): GatewayReport {
  const { heapUsed, rss } = process.memoryUsage();
  return {
    version,
    startedAtMs,
    live: live.stats(),
    stale: live.staleViewers(STALE_MAX),
    rejected: metrics.rejections,
    rssBytes: rss,
    heapBytes: heapUsed,
    others: Object.fromEntries(Object.entries(others).map(([name, say]) => [name, say()])),
  };
}

/**
 * Tells the store thread what only the sockets know, so that the source `panelcast` has it. Without viewers nobody can
 * ask, so that one look a second is all that it costs then.
 */
export class SelfReport {
  readonly #options: SelfReportOptions;
  #timer: Timer | undefined;

  constructor(options: SelfReportOptions) {
    this.#options = options;
    this.#tellLater();
  }

  /** A newcomer's first look must not be at facts of long ago. */
  async tell(): Promise<void> {
    const { facts, tell } = this.#options;
    await tell(facts());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #tellLater(): void {
    this.#timer = this.#options.clock.after(REPORT_MS, () => {
      this.#tellLater();
      // Only a store that has fallen refuses, and with it the process ends.
      if (this.#options.viewers() > 0) this.tell().catch(() => this.stop());
    });
  }
}
