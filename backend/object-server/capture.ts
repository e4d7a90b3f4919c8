import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { assert } from '../lib/assert.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { columnIndex, type Key, type Value } from '../protocol/schema.ts';
import type { Change } from './change.ts';
import { quoteName } from './sql-text.ts';
import type { TableDefinition } from './table-schema.ts';
import { ENTER, LEAVE, type UndoItems, UPDATE } from './undo-codec.ts';

/** Where a savepoint stands in what was captured. */
export interface CaptureMark {
  readonly changes: number;
  readonly items: number;
}

/** A stretch of one commit, small enough to be one row of the log. */
export interface UndoStretch {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly items: UndoItems;
}

export interface Captured {
  readonly changes: readonly Change[];
  readonly undo: readonly UndoStretch[];
}

/** Items in a log row: about 64 kB of text, so that reading the log never holds more than that at a time. */
const STRETCH_ITEMS = 8192;
const FUNCTION_PREFIX = 'panelcast_capture_';

/**
 * Sees every row transition of the tables in the order in which SQLite makes them, from whatever statement or trigger.
 * TEMP triggers call one function of this class with the whole old and new row; they fire before any trigger of the
 * file, so a transition is captured before those that follow from it. What was captured since a savepoint that is
 * rolled back must be truncated by the caller: JS memory knows nothing of ROLLBACK.
 *
 * A text column that an update leaves alone is passed as the number 0 instead of the old text (a STRICT text column
 * never holds a number): both rows then share one string, which halves their memory and makes comparing trivial.
 */
export class Capture {
  #changes: Change[] = [];
  #items: UndoItems = [];
  /** Where the log rows of this commit begin. */
  #stretches: { readonly seq: number; readonly at: number }[] = [];
  #seq = 0;
  #changesMax = Number.POSITIVE_INFINITY;
  #active = false;

  constructor(db: DatabaseSync, tables: readonly TableDefinition[]) {
    tables.forEach((table, i) => {
      this.#install(db, table, i);
    });
  }

  /** The seq of the last captured change. */
  get seq(): number {
    return this.#seq;
  }

  /** Starts a transaction that follows on `seq`. Over `changesMax` changes the running statement fails. */
  begin(seq: number, changesMax = Number.POSITIVE_INFINITY): void {
    this.#changes = [];
    this.#items = [];
    this.#stretches = [{ seq: seq + 1, at: 0 }];
    this.#seq = seq;
    this.#changesMax = changesMax;
    this.#active = true;
  }

  mark(): CaptureMark {
    return { changes: this.#changes.length, items: this.#items.length };
  }

  truncate(mark: CaptureMark): void {
    this.#seq -= this.#changes.length - mark.changes;
    this.#changes.length = mark.changes;
    this.#items.length = mark.items;
    while (this.#stretches.length > 1 && this.#stretches.at(-1)!.at >= mark.items) this.#stretches.pop();
  }

  since(mark: CaptureMark): readonly Change[] {
    return this.#changes.slice(mark.changes);
  }

  end(): Captured {
    this.#active = false;
    const undo = this.#stretches.map(({ seq, at }, i): UndoStretch => {
      const next = this.#stretches[i + 1];
      const items = next || i > 0 ? this.#items.slice(at, next?.at) : this.#items;
      return { firstSeq: seq, lastSeq: next ? next.seq - 1 : this.#seq, items };
    });
    const changes = this.#changes;
    this.#changes = [];
    this.#items = [];
    this.#stretches = [];
    return { changes, undo: undo.filter(stretch => stretch.items.length > 0) };
  }

  /** Whether the name is a capture function's: users must not be able to call one. */
  static isFunction(name: string): boolean {
    return name.toLowerCase().startsWith(FUNCTION_PREFIX);
  }

  #install(db: DatabaseSync, table: TableDefinition, index: number): void {
    const width = table.columns.length;
    const isText = table.columns.map(column => column.type === 'text');
    const keyAt = columnIndex(table, table.primaryKey);
    const head = index << 2;
    const name = `${FUNCTION_PREFIX}${index}`;
    const options = { varargs: true };
    db.function(`${name}_enter`, options, (...row) => this.#enter(table.name, head, keyAt, row as Value[]));
    db.function(`${name}_leave`, options, (...row) => this.#leave(table.name, head, keyAt, row as Value[]));
    db.function(`${name}_update`, options, (...rows: SQLOutputValue[]) => {
      const after = rows.slice(0, width) as Value[];
      const before = rows.slice(width) as Value[];
      const items = this.#items;
      const at = items.length;
      let changed = 0;
      items.push(head + UPDATE, after[keyAt]!, 0);
      for (let i = 0; i < width; i++) {
        const old = before[i]!;
        if (isText[i] ? old === 0 : old === after[i]) {
          before[i] = after[i]!;
        } else {
          items.push(i, old);
          changed++;
        }
      }
      items[at + 2] = changed;
      if (before[keyAt] === after[keyAt] && changed > 0)
        return this.#push({ seq: this.#seq + 1, table: table.name, key: after[keyAt] as Key, before, after });
      items.length = at;
      if (changed === 0) return null;
      this.#leave(table.name, head, keyAt, before);
      return this.#enter(table.name, head, keyAt, after);
    });
    db.exec(triggers(table, name));
  }

  #enter(table: string, head: number, keyAt: number, after: Value[]): null {
    this.#items.push(head + ENTER, after[keyAt]!);
    return this.#push({ seq: this.#seq + 1, table, key: after[keyAt] as Key, before: undefined, after });
  }

  #leave(table: string, head: number, keyAt: number, before: Value[]): null {
    this.#items.push(head + LEAVE, before[keyAt]!, ...before);
    return this.#push({ seq: this.#seq + 1, table, key: before[keyAt] as Key, before, after: undefined });
  }

  #push(change: Change): null {
    assert(this.#active, 'a row changed outside of a captured transaction');
    if (this.#changes.length >= this.#changesMax) {
      const bound = `the statement changes more than ${this.#changesMax} rows; narrow its WHERE and repeat it`;
      throw new PanelcastError('limit-exceeded', bound);
    }
    this.#changes.push(change);
    this.#seq = change.seq;
    if (this.#items.length - this.#stretches.at(-1)!.at > STRETCH_ITEMS)
      this.#stretches.push({ seq: change.seq + 1, at: this.#items.length });
    return null;
  }
}

function triggers(table: TableDefinition, name: string): string {
  const on = `ON main.${quoteName(table.name)}`;
  const all = (row: 'OLD' | 'NEW') => table.columns.map(column => `${row}.${quoteName(column.name)}`).join(', ');
  const changedOnly = table.columns.map(({ name: column, type }) => {
    const old = `OLD.${quoteName(column)}`;
    return type === 'text' ? `iif(${old} IS NEW.${quoteName(column)}, 0, ${old})` : old;
  });
  return `
    CREATE TEMP TRIGGER ${name}_enter AFTER INSERT ${on} BEGIN SELECT ${name}_enter(${all('NEW')}); END;
    CREATE TEMP TRIGGER ${name}_leave AFTER DELETE ${on} BEGIN SELECT ${name}_leave(${all('OLD')}); END;
    CREATE TEMP TRIGGER ${name}_update AFTER UPDATE ${on} BEGIN SELECT ${name}_update(${all('NEW')}, ${changedOnly}); END;
  `;
}
