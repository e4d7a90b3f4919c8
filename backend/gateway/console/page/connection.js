/**
 * One connection to /api/stream: the messages of panelcast.v1 as lines, by fetch, since a WebSocket cannot carry a
 * token. It comes back by itself, and lets go while nobody looks at the page.
 */
const SILENT_MS = 75_000; // two and a half pings
const HIDDEN_MS = 10_000;
const RETRY_MS = { first: 500, max: 10_000 };

export class Connection {
  #requests;
  #on;
  #token;
  #abort;
  #retryMs = RETRY_MS.first;
  #timer;
  #watchdog;

  /** `on`: message(message), state(name, words), forbidden(why). */
  constructor(requests, on, token) {
    this.#requests = requests;
    this.#on = on;
    this.#token = token;
    document.addEventListener('visibilitychange', () => this.#look());
  }

  open(token = this.#token) {
    this.#token = token;
    this.close();
    this.#abort = new AbortController();
    this.#follow(this.#abort.signal).catch(error => this.#lost(error));
  }

  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#abort?.abort();
    this.#abort = undefined;
  }

  /** A call of the HTTP interface; throws what the notifier says was wrong. */
  async post(path, body) {
    const answer = await fetch(path, this.#request(body));
    const read = await answer.json();
    if (!answer.ok) throw new Error(read.error.message);
    return read;
  }

  #request(body) {
    const authorization = this.#token ? { authorization: `Bearer ${this.#token}` } : {};
    return {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify(body),
    };
  }

  async #follow(signal) {
    const hello = { type: 'hello', protocol: 'panelcast.v1' };
    const opens = Object.entries(this.#requests).map(([id, request]) => ({ type: 'open', id, request }));
    const answer = await fetch('/api/stream', { ...this.#request([hello, ...opens]), signal });
    if (!answer.ok) {
      const { error } = await answer.json();
      if (error.code === 'forbidden') return this.#on.forbidden(error.message);
      throw new Error(error.message);
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ''; ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      this.#hear(signal);
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      for (const line of lines) if (line) this.#take(JSON.parse(line));
    }
    throw new Error('the notifier has closed the connection');
  }

  #take(message) {
    if (message.type === 'welcome') {
      this.#retryMs = RETRY_MS.first;
      this.#on.state('live', 'Live');
    } else if (message.type === 'bye') {
      this.#retryMs = message.retryAfterMs;
      throw new Error(message.reason);
    }
    this.#on.message(message);
  }

  #hear(signal) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      if (signal.aborted) return;
      this.close();
      this.#lost(new Error('the notifier is silent'));
    }, SILENT_MS);
  }

  #lost(error) {
    if (error.name === 'AbortError') return;
    this.close();
    const stopping = /stopping/.test(error.message);
    const why = error instanceof TypeError ? 'the notifier does not answer' : error.message;
    this.#on.state(stopping ? 'stopped' : 'lost', stopping ? 'Stopped' : 'Reconnecting', why);
    this.#timer = setTimeout(() => this.open(), this.#retryMs * (0.75 + Math.random() / 2));
    this.#retryMs = Math.min(RETRY_MS.max, this.#retryMs * 2);
  }

  #look() {
    clearTimeout(this.#timer);
    if (!document.hidden) {
      if (!this.#abort) this.open();
    } else
      this.#timer = setTimeout(() => {
        this.close();
        this.#on.state('away', 'Paused', 'nobody looks at this page');
      }, HIDDEN_MS);
  }
}
