import type { ActionAnswer, ActionRequest } from '../../../backend/protocol/row-action.ts';
import type { Value } from '../../../backend/protocol/schema.ts';

export type Row = Readonly<Record<string, Value>>;

/** What programs and people ask a notifier over HTTP. */
export class NotifierCalls {
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  send(events: readonly Row[]): Promise<{ seq: number }> {
    return this.#post('/api/events', events);
  }

  act(action: ActionRequest): Promise<ActionAnswer> {
    return this.#post('/api/actions', action);
  }

  /** An edit by nobody's panel: it shows at the next cut. */
  execute(sql: string, params: readonly Value[]): Promise<{ seq: number }> {
    return this.#post('/api/sql', { sql, params });
  }

  flush(minSeq: number): Promise<{ asOf: number }> {
    return this.#post('/api/flush', { minSeq });
  }

  async select(sql: string): Promise<Row[]> {
    const { columns, rows } = await this.#post<{ columns: string[]; rows: Value[][] }>('/api/sql', { sql });
    return rows.map(row => Object.fromEntries(columns.map((name, i) => [name, row[i]!])));
  }

  /** The sum over a metric's labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.#origin}/metrics`)).text();
    const samples = text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'));
    return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  async #post<T>(path: string, body: unknown): Promise<T> {
    const answer = await fetch(`${this.#origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
