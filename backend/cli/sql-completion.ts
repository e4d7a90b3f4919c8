import { nameOf, tokensOf } from '../object-server/readers/statement-text.ts';
import type { SchemaAnswer } from './api-client.ts';

const KEYWORDS = `ALL AND AS ASC AVG BETWEEN BY CASE COUNT DELETE DESC DISTINCT ELSE END EXISTS EXPLAIN FROM GLOB GROUP
  HAVING IN INSERT INTO IS JOIN LEFT LIKE LIMIT MAX MIN NOT NULL OFFSET ON OR ORDER OVER PARTITION PLAN QUERY RECURSIVE
  SELECT SET SUM THEN UNION UPDATE USING VALUES WHEN WHERE WITH`.split(/\s+/);

/** After these comes a table. */
const BEFORE_TABLE = new Set(['from', 'join', 'into', 'update']);

/** Completes the last word of a statement: tables after FROM, columns after `table.`, otherwise everything that fits. */
export class SqlCompletion {
  readonly #columns: ReadonlyMap<string, readonly string[]>;
  readonly #functions: readonly string[];

  constructor(schema: SchemaAnswer = {}) {
    const tables = schema.tables ?? [];
    this.#columns = new Map(tables.map(table => [table.name, table.columns.map(column => column.name)]));
    this.#functions = (schema.functions ?? []).map(entry => (typeof entry === 'string' ? entry : entry.name));
  }

  get tables(): readonly string[] {
    return [...this.#columns.keys()];
  }

  /** Candidates and the part of the text that they replace, as readline asks for them. */
  complete(text: string): [candidates: string[], replaced: string] {
    const word = /[\w$]*$/.exec(text)![0];
    const before = text.slice(0, text.length - word.length);
    const fits = (name: string) => name.toLowerCase().startsWith(word.toLowerCase());
    const qualifier = /([\w$]+)\.$/.exec(before)?.[1];
    if (qualifier !== undefined) return [this.#columnsOf(qualifier, text).filter(fits), word];
    const last = tokensOf(before).at(-1)?.text.toLowerCase();
    if (last !== undefined && BEFORE_TABLE.has(last)) return [this.tables.filter(fits), word];
    if (word === '') return [[], word];
    const keywords = KEYWORDS.map(keyword => (/^[a-z]/.test(word) ? keyword.toLowerCase() : keyword));
    const names = [...this.tables, ...[...this.#columns.values()].flat(), ...this.#functions];
    return [[...new Set([...names, ...keywords])].filter(fits), word];
  }

  /** `e.` in `FROM events e` means the columns of events. */
  #columnsOf(qualifier: string, text: string): readonly string[] {
    const direct = this.#columns.get(qualifier);
    if (direct) return direct;
    const words = tokensOf(text)
      .map(nameOf)
      .filter(word => word?.toLowerCase() !== 'as');
    const table = words.find(
      (word, index) => word !== undefined && this.#columns.has(word) && words[index + 1] === qualifier,
    );
    return table === undefined ? [] : this.#columns.get(table)!;
  }
}
