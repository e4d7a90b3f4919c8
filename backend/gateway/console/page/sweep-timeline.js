import { byId, mark, say } from './dom.js';
import { bytes, count, millis, plural, time } from './format.js';

const SVG = 'http://www.w3.org/2000/svg';
const SPAN_MS = 60_000;
/** Immediate streams bring about up to fifty a second; of those the slowest are drawn. */
const EARLY_MAX = 300;
const LOWEST_MS = 0.01;

/**
 * Sweeps as the timing diagrams of the design draw them: a busy block, then the pause until the next. A block is as wide as it
 * was long, and so hardly ever seen; its height says the same, in decades, from 10 µs to the interval.
 */
export class SweepTimeline {
  #sweeps = [];
  #known = 0;
  #plot = byId('timeline');
  #svg = this.#plot.firstElementChild;
  /** The number of the sweep that is looked at; undefined for the latest. */
  #chosen;

  constructor() {
    this.#plot.addEventListener('pointermove', event => this.#point(event));
    this.#plot.addEventListener('pointerleave', () => this.#choose(undefined));
    this.#plot.addEventListener('keydown', event => this.#key(event));
    this.#plot.addEventListener('blur', () => this.#choose(undefined));
  }

  /** The notifier keeps the last few; this page those of a minute. */
  show(rows) {
    const known = this.#known;
    this.#known = Math.max(0, ...rows.map(({ sweep }) => sweep));
    const fresh = rows.toSorted((a, b) => a.sweep - b.sweep);
    if (this.#known < known) this.#sweeps = []; // the notifier was started again
    const last = this.#known < known ? 0 : known;
    this.#sweeps.push(...fresh.filter(({ sweep }) => sweep > last));
    const from = (this.#sweeps.at(-1)?.at ?? 0) - SPAN_MS;
    const recent = this.#sweeps.filter(({ at }) => at > from);
    const early = recent.filter(({ due }) => !due).sort((a, b) => b.busy_ms - a.busy_ms);
    const dropped = new Set(early.slice(EARLY_MAX));
    this.#sweeps = recent.filter(sweep => !dropped.has(sweep));
    this.#draw();
  }

  #draw() {
    const last = this.#sweeps.at(-1);
    if (!last) return;
    const x = at => 100 * (1 - (last.at + last.interval_ms - at) / (SPAN_MS + last.interval_ms));
    const height = ms =>
      100 * Math.min(1, Math.log(Math.max(ms, LOWEST_MS) / LOWEST_MS) / Math.log(last.interval_ms / LOWEST_MS));
    const sparse = this.#sweeps.filter(({ due }) => due).length <= 70;
    const parts = [line('budget', 100 - height(last.interval_ms / 2))];
    const decades = [0.1, 1, 10, 100].filter(ms => ms < last.interval_ms / 2);
    for (const ms of decades) parts.push(line('decade', 100 - height(ms)));
    const first = this.#sweeps[0].at;
    parts.push(box('pause', { x: x(first), width: 100 - x(first), y: 96, height: 4 }));
    // What had nothing to send was not busy.
    for (const sweep of this.#sweeps.filter(({ sets }) => sets > 0)) {
      const tall = Math.max(6, height(sweep.busy_ms));
      const width = Math.max(x(sweep.at + sweep.busy_ms) - x(sweep.at), 0);
      const kind = sweep.sweep === this.#chosen ? 'busy chosen' : sweep.due ? 'busy' : 'early';
      parts.push(box(kind, { x: x(sweep.at), width, y: 100 - tall, height: tall }));
      if (sparse && sweep.due) parts.push(label(String(sweep.sets), 100 - tall, x(sweep.at)));
    }
    for (const ms of decades) parts.push(label(millis(ms), 100 - height(ms)));
    this.#svg.replaceChildren(...parts);
    this.#describe();
  }

  #describe() {
    const chosen = this.#sweeps.findIndex(({ sweep }) => sweep === this.#chosen);
    const lastDue = this.#sweeps.findLastIndex(({ due }) => due);
    const index = chosen < 0 ? Math.max(0, lastDue) : chosen;
    const sweep = this.#sweeps[index];
    const next = this.#sweeps.find(({ at, due }) => due && at > sweep.at)?.at ?? sweep.at + sweep.interval_ms;
    const pause = sweep.due ? `, then a pause of ${millis(next - sweep.at - sweep.busy_ms)}` : '';
    const what = `${plural(sweep.sets, 'request set')}, ${plural(sweep.streams, 'stream')}, ${bytes(sweep.bytes)}`;
    const when = `${chosen < 0 ? 'Latest: ' : ''}sweep ${count(sweep.sweep)}${sweep.due ? '' : ' (out of turn)'} at ${time(sweep.at)}, as of seq ${sweep.as_of.toLocaleString('en')}`;
    const words = `${when}: ${what}, busy ${millis(sweep.busy_ms)}${pause}`;
    say(byId('sweep'), words);
    mark(this.#plot, 'aria-valuemax', this.#sweeps.length);
    mark(this.#plot, 'aria-valuenow', index + 1);
    mark(this.#plot, 'aria-valuetext', words);
  }

  #choose(sweep) {
    if (this.#chosen === sweep) return;
    this.#chosen = sweep;
    this.#draw();
  }

  #point({ clientX }) {
    const { left, width } = this.#plot.getBoundingClientRect();
    const last = this.#sweeps.at(-1);
    if (!last) return;
    const at = last.at + last.interval_ms - (1 - (clientX - left) / width) * (SPAN_MS + last.interval_ms);
    this.#choose((this.#sweeps.findLast(sweep => sweep.at <= at) ?? this.#sweeps[0]).sweep);
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === 'Escape') this.#choose(undefined);
    if (step === undefined || this.#sweeps.length === 0) return;
    event.preventDefault();
    const last = this.#sweeps.length - 1;
    const at = this.#sweeps.findIndex(({ sweep }) => sweep === this.#chosen);
    const index = Math.min(last, Math.max(0, (at < 0 ? last : at) + step));
    this.#choose(this.#sweeps[index].sweep);
  }
}

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function box(kind, { height, width, x, y }) {
  return shape('rect', { class: kind, x: `${x}%`, y: `${y}%`, width: `${width}%`, height: `${height}%` });
}

function line(kind, y) {
  return shape('line', { class: kind, x1: 0, x2: '100%', y1: `${y}%`, y2: `${y}%` });
}

function label(text, y, x = 0) {
  const made = shape('text', {
    class: x === 0 ? 'scale' : 'sets-in',
    x: `${x}%`,
    y: `${y}%`,
    dy: -3,
    dx: x === 0 ? 2 : 0,
  });
  made.textContent = text;
  return made;
}
