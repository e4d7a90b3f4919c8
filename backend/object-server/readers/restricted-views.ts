import type { DatabaseSync } from 'node:sqlite';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { INTERNAL_PREFIX } from './access-policy.ts';
import type { Token } from './statement-text.ts';

/**
 * Shadows a restricted table by a TEMP view of the same name, so that a restricted identity's `events` means the rows
 * that it may see. Two views deep: the outer has the table's name, the hidden inner one reads the table, and the policy
 * allows reading the table only on behalf of the inner one. The views stay until the next statement wants others.
 */
export class RestrictedViews {
  readonly #db: DatabaseSync;
  #arranged = '{}';
  #tables: string[] = [];

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Table → its hidden view. */
  arrange(restrictions: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
    const wanted = JSON.stringify(restrictions);
    if (wanted !== this.#arranged) this.#rebuild(restrictions);
    this.#arranged = wanted;
    return new Map(
      this.#tables.flatMap(table => [[table, hiddenName(table)] as const, [hiddenName(table), table] as const]),
    );
  }

  #rebuild(restrictions: Readonly<Record<string, string>>): void {
    // The TEMP schema is this connection's own memory; the file stays read-only.
    this.#db.exec('PRAGMA query_only=OFF');
    try {
      for (const table of this.#tables) {
        this.#db.exec(
          `DROP VIEW IF EXISTS temp.${quoted(table)}; DROP VIEW IF EXISTS temp.${quoted(hiddenName(table))}`,
        );
      }
      this.#arranged = '';
      this.#tables = Object.keys(restrictions).map(table => table.toLowerCase());
      for (const [table, condition] of Object.entries(restrictions)) {
        const hidden = `temp.${quoted(hiddenName(table.toLowerCase()))}`;
        this.#db.exec(
          `CREATE TEMP VIEW ${hidden.slice('temp.'.length)} AS SELECT * FROM main.${quoted(table)} WHERE (${condition})`,
        );
        this.#db.exec(`CREATE TEMP VIEW ${quoted(table.toLowerCase())} AS SELECT * FROM ${hidden}`);
      }
    } finally {
      this.#db.exec('PRAGMA query_only=ON');
    }
  }
}

/**
 * The two ways around the views that the policy could not see: a schema's name before a table of which only the number of
 * rows is used, and a subquery that takes the hidden view's name. SQLite takes a string for a name, so they count too.
 */
export function refuseDetours(tokens: readonly Token[]): void {
  const detour = tokens.find(
    ({ text, kind }, index) =>
      text.toLowerCase().includes(INTERNAL_PREFIX) ||
      (kind !== 'symbol' && /^\W?(main|temp)\W?$/i.test(text) && tokens[index + 1]?.text === '.'),
  );
  if (!detour) return;
  throw new PanelcastError(
    'forbidden',
    `only a part of the data is visible to this identity: leave out ${detour.text}`,
    {
      position: detour.start,
    },
  );
}

function hiddenName(table: string): string {
  return `${INTERNAL_PREFIX}visible_${table}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
