import { assert } from '../lib/assert.ts';
import type { Value } from '../protocol/schema.ts';
import { type ColumnReader, columnReader, Misfit, shown } from './column-reader.ts';
import { deriveIdentifier } from './event-identifier.ts';
import { eventTime } from './event-time.ts';
import { EVENT_HEAD, eventUpsertSql, IDENTIFIER } from './event-upsert.ts';
import { didYouMean, type TableDefinition } from './table-schema.ts';

/** How events that give the same columns in the same order are read and stored. */
export interface EventPlan {
  readonly sql: string;
  readonly keys: readonly string[];
  readonly readers: readonly ColumnReader[];
  /** Where the value of each key stands among the statement's parameters. */
  readonly slots: readonly number[];
}

export interface ReadEvent {
  readonly plan: EventPlan;
  /** The parameters of the plan's statement; the first, the serial, is filled in when it is stored. */
  readonly parameters: Value[];
}

/** Why an event cannot be taken, as the rest of a sentence that begins with "event N: ". */
export class EventFault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const [SERIAL, LAST, FIRST, STATE_CHANGE] = [0, 2, 3, 4] as const;
/** More combinations of columns than this come from a generator of nonsense; the plans then start anew. */
const PLANS_MAX = 256;

/**
 * Reads events as probes send them. Probes send the same columns in the same order again and again, so what depends on
 * the columns alone is worked out once and found by comparing the keys with those of the event before.
 */
export class EventReader {
  readonly #table: TableDefinition;
  readonly #readers: ReadonlyMap<string, ColumnReader>;
  readonly #plans = new Map<string, EventPlan>();
  #last: EventPlan | undefined;

  constructor(table: TableDefinition) {
    this.#table = table;
    this.#readers = new Map(table.columns.map(column => [column.name, columnReader(column)]));
  }

  /** `now` stands for times that the event does not give, and for those ahead of the clock. */
  read(event: unknown, now: number): ReadEvent | EventFault {
    if (typeof event !== 'object' || event === null || Array.isArray(event))
      return new EventFault(`must be an object, not ${shown(event)}`);
    const keys = Object.keys(event);
    const plan = this.#planOf(keys);
    if (plan instanceof EventFault) return plan;
    const parameters: Value[] = new Array(EVENT_HEAD.length).fill(null);
    for (let i = 0; i < keys.length; i++) {
      const value = (event as Record<string, unknown>)[keys[i]!];
      const read = plan.readers[i]!(value);
      if (read instanceof Misfit) return new EventFault(`column "${keys[i]}" ${read.expected}, not ${shown(value)}`);
      parameters[plan.slots[i]!] = read;
    }
    parameters[IDENTIFIER] ??= this.#derive(plan, parameters);
    if (!parameters[IDENTIFIER])
      return new EventFault(
        'column "identifier" is missing, and there is no node, alert_group or alert_key to derive it from',
      );
    const last = eventTime(parameters[LAST]!, now, now);
    parameters[LAST] = last;
    parameters[FIRST] = Math.min(eventTime(parameters[FIRST]!, last, now), last);
    parameters[STATE_CHANGE] = eventTime(parameters[STATE_CHANGE]!, now, now);
    parameters.push(now);
    return { plan, parameters };
  }

  #planOf(keys: readonly string[]): EventPlan | EventFault {
    if (this.#last && sameKeys(keys, this.#last.keys)) return this.#last;
    const name = keys.join('\0');
    const plan = this.#plans.get(name) ?? this.#makePlan(keys);
    if (plan instanceof EventFault) return plan;
    if (this.#plans.size >= PLANS_MAX) this.#plans.clear();
    this.#plans.set(name, plan);
    this.#last = plan;
    return plan;
  }

  #makePlan(keys: readonly string[]): EventPlan | EventFault {
    const others = keys.filter(key => !EVENT_HEAD.includes(key));
    for (const key of keys) {
      if (key === 'serial') return new EventFault('column "serial" is given by the object server; leave it out');
      if (!this.#readers.has(key))
        return new EventFault(`unknown column "${key}"${didYouMean(key, this.#readers.keys())}`);
    }
    const columns = [...EVENT_HEAD, ...others];
    const slots = keys.map(key => columns.indexOf(key));
    assert(!slots.includes(SERIAL), 'the serial is no column of an event');
    return { sql: eventUpsertSql(this.#table, others), keys, readers: keys.map(key => this.#readers.get(key)!), slots };
  }

  #derive(plan: EventPlan, parameters: readonly Value[]): Value {
    const identifier = deriveIdentifier(part => {
      const at = plan.keys.indexOf(part);
      return at < 0 ? undefined : parameters[plan.slots[at]!];
    });
    return identifier ?? null;
  }
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
