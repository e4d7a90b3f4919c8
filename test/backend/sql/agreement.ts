import { expect } from 'vitest';
import { compileFilter } from '../../../backend/sql/filter.ts';
import { Random } from '../../support/random.ts';
import { HURTING, NOW, randomFilter, randomRow, type Spelt } from './random-filters.ts';
import { SqliteOracle } from './sqlite-oracle.ts';

/** Compares filters with SQLite on every row, twice: as written, and as the SQL made from the filter. Counts the pairs. */
export function agreesWithSqlite(seed: number, filters: number, rows: number): number {
  const random = new Random(seed);
  const table = Array.from({ length: rows }, (_, id) => randomRow(random, id));
  const oracle = new SqliteOracle(HURTING, table);
  for (let i = 0; i < filters; i++) {
    const spelt = randomFilter(random);
    const difference = differenceOf(spelt, oracle, table);
    if (difference !== undefined) expect.fail(`seed ${seed}, filter ${i}: ${spelt.ours}\n${difference}`);
  }
  oracle.close();
  return filters * rows;
}

function differenceOf(spelt: Spelt, oracle: SqliteOracle, table: readonly (readonly unknown[])[]): string | undefined {
  const filter = compileFilter(spelt.ours, HURTING);
  const { sql, params } = filter.toSql(NOW);
  const written = oracle.keys(spelt.sqlite);
  const made = oracle.keys(sql, [...params]);
  for (let id = 0; id < table.length; id++) {
    const row = table[id] as Parameters<typeof filter.matches>[0];
    const ours = filter.matches(row, NOW);
    if (ours === written.has(id) && ours === made.has(id)) continue;
    return `row ${JSON.stringify(row)}: here ${ours}, SQLite ${written.has(id)}, as ${sql} ${JSON.stringify(params)} ${made.has(id)}`;
  }
  return undefined;
}
