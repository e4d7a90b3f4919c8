import type { DataFrame } from '@grafana/data';
import { type Open, PROTOCOL } from '../../../backend/protocol/messages.ts';
import { Hub } from '../../../src/live/hub.ts';
import type { Page } from '../../../src/live/page.ts';
import type { TransportListener } from '../../../src/live/transport.ts';
import { liveQuery } from '../../../src/query/live-query.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { type PagePlan, type Panel, panelsOf, START } from './page-plan.ts';

/** The plugin's own rooms, from the text of messages to the frames of every panel; and the notifier that they hear. */
export class LivePage {
  readonly panels: readonly Panel[];
  readonly #clock = new SimClock(START);
  #frames: (() => void)[] = [];
  #listener: TransportListener | undefined;
  #opens: readonly Open[] = [];
  #asOf = 1;
  readonly #shown = new Map<number, readonly DataFrame[]>();

  constructor(plan: PagePlan, seed: number) {
    this.panels = panelsOf(plan, seed);
  }

  /** Returns what the notifier said. */
  async open(): Promise<string[]> {
    const page: Page = {
      now: () => this.#clock.now(),
      random: () => 0.5,
      after: (delayMs, run) => this.#clock.after(delayMs, run),
      frame: run => void this.#frames.push(run),
      isHidden: false,
      isOnline: true,
      onChange: () => () => {},
    };
    const connect = (listener: TransportListener) => {
      this.#listener = listener;
      return {
        talks: true,
        send: (messages: readonly unknown[]) => {
          this.#opens = [...this.#opens, ...(messages as Open[]).filter(({ type }) => type === 'open')];
        },
        close: () => {},
      };
    };
    const hub = new Hub({ page, transports: { websocket: connect, stream: connect, polling: connect } });
    for (const [index, { request }] of this.panels.entries()) {
      const format = request.historyMs === undefined ? (request.metrics ? 'metric' : 'table') : 'series';
      const targets = [{ refId: 'A', request, format } as const];
      liveQuery(hub, { key: 'Q', targets, refused: [] }).subscribe(({ data }) => void this.#shown.set(index, data));
    }
    await Promise.resolve();
    this.#listener?.opened();
    const welcome = { type: 'welcome', session: '1', epoch: 1, protocol: PROTOCOL, intervalMs: 1000 };
    const said = [JSON.stringify(welcome), ...this.#opens.flatMap((open, index) => this.#answer(open, index))];
    this.take([...said, this.#cut()]);
    return said;
  }

  /** The texts of the next cut, made outside of what is measured. */
  nextCut(): string[] {
    this.#asOf++;
    return [...this.panels.map((panel, index) => panel.cut(`v${index}`, this.#asOf)), this.#cut()];
  }

  /** A cut as the browser gives it to the plugin, and the animation frame after it; a second has passed before. */
  take(texts: readonly string[]): void {
    for (const text of texts) this.#listener?.message(JSON.parse(text));
    const frames = this.#frames;
    this.#frames = [];
    for (const run of frames) run();
    this.#clock.pass(1000);
  }

  /** What panels hold, in their order. */
  get shown(): readonly (readonly DataFrame[])[] {
    return this.panels.map((_, index) => this.#shown.get(index)!);
  }

  #answer({ id }: Open, index: number): string[] {
    const { fields, first } = this.panels[index]!;
    const view = `v${index}`;
    return [JSON.stringify({ type: 'opened', id, view, role: 'primary', viewers: 1, fields }), ...first(view)];
  }

  #cut(): string {
    return JSON.stringify({ type: 'cut', asOf: this.#asOf, epoch: 1, intervalMs: 1000, throttled: false });
  }
}
