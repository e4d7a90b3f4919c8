import { Random } from '../../support/random.ts';
import type { WatchedPage } from '../browser.ts';
import { NOC } from './noc.ts';
import type { NotifierCalls } from './notifier-calls.ts';

const SHORT_MS = 15;

/** Rows that come, change, are taken notice of and clear, as fast as the store takes them, until told to end. */
export class RestlessNetwork {
  readonly #calls: NotifierCalls;
  readonly #random: Random;
  readonly #rows: number;
  #isEnding = false;
  readonly ended: Promise<void>;

  constructor(calls: NotifierCalls, seed: number, rows: number) {
    this.#calls = calls;
    this.#random = new Random(seed);
    this.#rows = rows;
    this.ended = this.#run();
  }

  end(): Promise<void> {
    this.#isEnding = true;
    return this.ended;
  }

  async #run(): Promise<void> {
    while (!this.#isEnding) {
      await this.#step();
      await new Promise(done => setTimeout(done, SHORT_MS));
    }
  }

  #step(): Promise<unknown> {
    const identifier = `event-${this.#random.int(this.#rows)}`;
    if (this.#random.chance(0.3)) {
      const acknowledged = this.#random.int(2);
      return this.#calls.execute('UPDATE events SET acknowledged = ? WHERE identifier = ?', [acknowledged, identifier]);
    }
    const i = Number(identifier.slice('event-'.length));
    return this.#calls.send([
      {
        ...{ identifier, node: `node-${i % 4}`, site: 'lon', location: 'London', service: 'voice-gateway' },
        ...{ severity: 1 + this.#random.int(5), summary: `Fault ${i}` },
      },
    ]);
  }
}

/** From now on every painted frame of the page is recounted. */
export async function watchAgreement({ page }: WatchedPage): Promise<void> {
  const { critical, events, major, minor, nodes, unacknowledged, warning, worstNodes } = NOC;
  const panels = { severities: { critical, major, minor, warning }, unacknowledged, nodes, events, worstNodes };
  await page.evaluate(`watchAgreement(${JSON.stringify(panels)})`);
}
