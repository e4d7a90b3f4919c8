import { lastValueFrom } from 'rxjs';
import type { AskedTable, NotifierApi } from '../api/notifier-api.ts';
import { nameOfTable } from '../api/table-name.ts';
import { distinctRequest } from '../variables/query-variables.ts';

/** Values come and go with the rows; while somebody types they need not be newer. */
const KEPT_MS = 30_000;
/** Enough to choose from; who knows more types on. */
const VALUES_MAX = 1000;

interface Kept {
  readonly askedMs: number;
  readonly answer: Promise<readonly (string | number)[]>;
  values?: readonly (string | number)[];
}

/** The distinct values that columns have, each asked once for all editors of a data source. */
export class ColumnValues {
  readonly #api: Pick<NotifierApi, 'query'>;
  readonly #kept = new Map<string, Kept>();

  constructor(api: Pick<NotifierApi, 'query'>) {
    this.#api = api;
  }

  /** What is known already. */
  known(table: AskedTable, column: string): readonly (string | number)[] | undefined {
    return this.#kept.get(keyOf(table, column))?.values;
  }

  /** None where they cannot be had: a list to choose from is a convenience. */
  ask(table: AskedTable, column: string): Promise<readonly (string | number)[]> {
    const key = keyOf(table, column);
    const before = this.#kept.get(key);
    const nowMs = Date.now();
    if (before !== undefined && nowMs - before.askedMs < KEPT_MS) return before.answer;
    const kept: Kept = { askedMs: nowMs, answer: this.#fetch(table, column) };
    this.#kept.set(key, kept);
    void kept.answer.then(values => {
      kept.values = values;
    });
    return kept.answer;
  }

  async #fetch({ name: table, source }: AskedTable, column: string): Promise<readonly (string | number)[]> {
    try {
      const request = { ...distinctRequest(column, { table, source }), limit: VALUES_MAX };
      const { values } = await lastValueFrom(this.#api.query(request));
      return (values[0] ?? []).filter(value => value !== null && value !== '') as (string | number)[];
    } catch {
      return [];
    }
  }
}

function keyOf(table: AskedTable, column: string): string {
  return JSON.stringify([nameOfTable(table), column]);
}

const sources = new WeakMap<object, ColumnValues>();

/** The one of this data source. */
export function valuesOf(api: Pick<NotifierApi, 'query'>): ColumnValues {
  let values = sources.get(api);
  if (values === undefined) {
    values = new ColumnValues(api);
    sources.set(api, values);
  }
  return values;
}
