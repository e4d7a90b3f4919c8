import { byId, say } from './dom.js';
import { count, plural } from './format.js';

/** How long the answer to a press is shown. */
const ANSWER_MS = 10_000;

/** What can be pressed: the theme, the token, the demo network. */

const THEMES = { '': '◐ Auto', light: '☀ Light', dark: '☾ Dark' };
const TOKEN = 'panelcast-token';

export function installTheme() {
  const show = theme => {
    document.documentElement.dataset.theme = theme;
    say(byId('theme'), THEMES[theme]);
  };
  show(localStorage.getItem('panelcast-theme') ?? '');
  byId('theme').addEventListener('click', () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
    localStorage.setItem('panelcast-theme', next);
    show(next);
  });
}

export function storedToken() {
  return sessionStorage.getItem(TOKEN) ?? undefined;
}

/** Asks until something is given; the dialog cannot be left without. */
export function askToken(why, then) {
  const dialog = byId('token');
  if (storedToken() !== undefined) say(byId('token-why'), `${why}. It is the value of PANELCAST_TOKEN.`);
  sessionStorage.removeItem(TOKEN);
  // A browser lets nobody prevent a second Escape.
  dialog.onclose = () => {
    if (storedToken() === undefined) dialog.showModal();
  };
  dialog.querySelector('form').onsubmit = event => {
    event.preventDefault();
    const token = byId('token-value').value.trim();
    if (token === '') return;
    sessionStorage.setItem(TOKEN, token);
    byId('token-value').value = '';
    dialog.close();
    then(token);
  };
  if (!dialog.open) dialog.showModal();
}

/** The slider is of decades: 1 to 10 000 events a second. */
const rateOf = position => Math.round(10 ** (position / 25));
const positionOf = rate => Math.round(25 * Math.log10(Math.max(1, rate)));

export class DemoControls {
  #post;
  #pressed = false;
  #answeredMs = 0;

  constructor(post) {
    this.#post = post;
    const slider = byId('demo-rate');
    slider.addEventListener('input', () => {
      this.#pressed = true;
      say(byId('demo-rate-value'), count(rateOf(slider.value)));
    });
    slider.addEventListener('change', () => {
      void this.#send(
        '/api/demo/rate',
        { rate: rateOf(slider.value) },
        ({ rate }) => `${count(rate)} events a second.`,
      );
    });
    byId('storm').addEventListener('click', () => {
      void this.#send('/api/demo/storm', {}, ({ router }) => `${router} has died: watch what follows.`);
    });
  }

  show(tables) {
    const part = tables.rows('parts').find(({ name }) => name === 'demo');
    byId('demo').hidden = part === undefined;
    if (part === undefined) return;
    const { openProblems, rate, running } = JSON.parse(part.facts);
    const problems = plural(openProblems, 'open problem');
    if (performance.now() - this.#answeredMs > ANSWER_MS) say(byId('demo-answer'), '');
    say(byId('demo-note'), running ? `${problems} in a simulated network.` : 'It has stopped; the log says why.');
    if (this.#pressed) return;
    byId('demo-rate').value = positionOf(rate);
    say(byId('demo-rate-value'), count(rate));
  }

  async #send(path, body, words) {
    try {
      say(byId('demo-answer'), words(await this.#post(path, body)));
    } catch (error) {
      say(byId('demo-answer'), `Refused: ${error.message}.`);
    } finally {
      this.#pressed = false;
      this.#answeredMs = performance.now();
    }
  }
}
