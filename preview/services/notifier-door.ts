/** The console keeps it under the same name: who has told it in this tab is not asked again. */
const TOKEN = 'panelcast-token';

/**
 * Whether the notifier lets this page in. It may want a token, which Grafana's proxy would send for the plugin; here the
 * page asks for it and keeps it as long as the tab.
 */
export class NotifierDoor {
  #why: string | undefined;
  #isKnocking = false;
  readonly #listeners = new Set<() => void>();

  get token(): string | undefined {
    return sessionStorage.getItem(TOKEN) ?? undefined;
  }

  /** As the plugin's data source sends it through Grafana. */
  get headers(): Readonly<Record<string, string>> {
    const { token } = this;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** Why the door is shut, in the notifier's words; undefined while it is open. */
  get why(): string | undefined {
    return this.#why;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Asks for nothing but to be let in. A notifier that does not answer keeps nobody out: the panels will say so. */
  async knock(): Promise<void> {
    if (this.#isKnocking) return;
    this.#isKnocking = true;
    try {
      const answer = await fetch('/api/names', { headers: this.headers });
      this.#tell(answer.status === 403 ? (await answer.json()).error.message : undefined);
    } catch {
      this.#tell(undefined);
    } finally {
      this.#isKnocking = false;
    }
  }

  async knockWith(token: string): Promise<void> {
    const bare = token.trim().replace(/^Bearer\s+/i, '');
    if (!/^[\x21-\x7e]+$/.test(bare)) return this.#tell('a token has neither spaces nor letters beyond ASCII');
    sessionStorage.setItem(TOKEN, bare);
    await this.knock();
    if (this.#why !== undefined) sessionStorage.removeItem(TOKEN);
  }

  #tell(why: string | undefined): void {
    this.#why = why;
    for (const listener of this.#listeners) listener();
  }
}
