import { constants } from 'node:sqlite';
import { PanelcastError } from '../../lib/panelcast-error.ts';

/**
 * What a user's statement may touch, asked by SQLite itself for every table, column and function while it compiles.
 * Invariant: everything is refused that is not on a list here. Only SELECT, and only tables of the role; the internals'
 * prefix is refused even if a configuration lists such a table.
 */
export const INTERNAL_PREFIX = 'panelcast_';

/** Table-valued functions that read nothing but their arguments. */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['json_each', 'json_tree']);

/** No load_extension, no fts or rtree internals, no counters of the connection, no compile options. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  `-> ->> abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling char coalesce concat concat_ws cos cosh count
  cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp first_value floor format
  glob group_concat hex if ifnull iif instr json json_array json_array_length json_error_position json_extract
  json_group_array json_group_object json_insert json_object json_patch json_pretty json_quote json_remove json_replace
  json_set json_type json_valid julianday lag last_value lead length like likelihood likely ln log log10 log2 lower
  ltrim max median min mod nth_value ntile nullif octet_length percent_rank percentile percentile_cont percentile_disc
  pi pow power printf quote radians random randomblob rank replace round row_number rtrim sign sin sinh sqlite_version
  sqrt strftime string_agg substr substring sum tan tanh time timediff total trim trunc typeof unhex unicode unistr
  unistr_quote unixepoch unlikely upper zeroblob`.split(/\s+/),
);

const ACTION_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(constants)
    .filter(([name]) => !/^SQLITE_(CHANGESET_|OK$|DENY$|IGNORE$)/.test(name))
    .map(([name, code]) => [code, name.slice('SQLITE_'.length).replaceAll('_', ' ')]),
);

export interface Access {
  readonly action: number;
  readonly first: string | null;
  readonly second: string | null;
  /** `main`, `temp`, or null where SQLite does not say. */
  readonly database: string | null;
  /** The innermost view or subquery on whose behalf SQLite asks. */
  readonly within: string | null;
}

export interface Grant {
  readonly role: string;
  readonly tables: ReadonlySet<string>;
  /** Everything that a name could mean in this file, the role's tables or not: what is not here is a subquery's name. */
  readonly known: ReadonlySet<string>;
  /** Tables read only through the hidden view of that name, which holds the restriction filter. */
  readonly hiddenViews: ReadonlyMap<string, string>;
}

/** Undefined when allowed, else why not. */
export function refusal(grant: Grant, access: Access): string | undefined {
  switch (access.action) {
    case constants.SQLITE_SELECT:
    case constants.SQLITE_RECURSIVE:
      return undefined;
    case constants.SQLITE_FUNCTION: {
      const name = access.second ?? '';
      return FUNCTIONS.has(name.toLowerCase()) ? undefined : `the function "${name}" is not available here`;
    }
    case constants.SQLITE_READ:
      return readRefusal(grant, access);
    default:
      return `only SELECT is allowed here, and this statement would ${ACTION_NAMES[access.action] ?? 'do something else'}`;
  }
}

function readRefusal(grant: Grant, { first, second, database, within }: Access): string | undefined {
  const table = (first ?? '').toLowerCase();
  if (TABLE_FUNCTIONS.has(table)) return undefined;
  if (table.startsWith('sqlite_')) {
    return `"${table}" cannot be read; GET /api/schema lists the tables and columns`;
  }
  // Something of which no column is used, named as in the text, so perhaps a WITH or a subquery.
  const noColumn = second === '';
  if (noColumn && database === null && !grant.known.has(table) && !table.startsWith('pragma_')) return undefined;
  if (within !== null && grant.hiddenViews.get(within) === table) return undefined;
  if (table.startsWith(INTERNAL_PREFIX) || table.startsWith(`_${INTERNAL_PREFIX}`))
    return `the table "${table}" is internal and cannot be read`;
  if (!grant.tables.has(table)) return `the role "${grant.role}" may not read "${table}"`;
  // `main.` does not occur in the text of a restricted identity: without a column, this is the view, flattened.
  const throughView = !grant.hiddenViews.has(table) || database === 'temp' || noColumn;
  return throughView ? undefined : `only a part of "${table}" is visible to this identity, and not this way`;
}

/** Holds the grant of the statement in hand and the first refusal, of which SQLite's own message says too little. */
export class AccessPolicy {
  #grant: Grant | undefined;
  #refused: string | undefined;

  /** For `setAuthorizer`. Without a grant the connection's own statements run. */
  readonly authorize = (
    action: number,
    first: string | null,
    second: string | null,
    database: string | null,
    within: string | null,
  ): number => {
    if (!this.#grant) return constants.SQLITE_OK;
    const reason = refusal(this.#grant, { action, first, second, database, within });
    if (reason === undefined) return constants.SQLITE_OK;
    this.#refused ??= reason;
    return constants.SQLITE_DENY;
  };

  /** Runs `work` as the user; what SQLite then refuses on our word becomes one sentence of ours. */
  as<T>(grant: Grant, work: () => T): T {
    this.#grant = grant;
    this.#refused = undefined;
    try {
      return work();
    } catch (cause) {
      if (this.#refused !== undefined) throw new PanelcastError('forbidden', this.#refused, { cause });
      throw cause;
    } finally {
      this.#grant = undefined;
    }
  }
}
