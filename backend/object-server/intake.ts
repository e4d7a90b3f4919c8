import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Capture } from './capture.ts';
import { EventFault, type EventPlan, EventReader, type ReadEvent } from './event-reader.ts';
import { IDENTIFIER, LATE_EVENT_SQL } from './event-upsert.ts';
import type { TableDefinition } from './table-schema.ts';
import type { Idempotency, Outcome, Write } from './write.ts';

export interface IntakeOptions {
  /** Take the good events and answer each bad one, instead of refusing the batch. */
  readonly partial?: boolean;
  readonly idempotency?: Idempotency | undefined;
  /** How many events of the same request came in batches before: faults are told by their place in the request. */
  readonly offset?: number;
}

export interface RejectedEvent {
  readonly index: number;
  readonly message: string;
}

export interface IntakeOutcome extends Outcome {
  readonly accepted: number;
  /** Only with `partial`, and only when there are any. */
  readonly rejected?: readonly RejectedEvent[];
}

/** A batch is one transaction; a longer one would keep everybody else waiting. */
const BATCH_EVENTS_MAX = 20_000;
/** What an event holds beside its text while it waits. */
const EVENT_BYTES = 300;

/** Turns batches of events into writes. Everything that can be wrong with an event is found before it queues. */
export class Intake {
  readonly #db: DatabaseSync;
  readonly #capture: Capture;
  readonly #reader: EventReader;
  readonly #late: StatementSync;
  #statements = new WeakMap<EventPlan, StatementSync>();
  #nextSerial = 1;

  constructor(db: DatabaseSync, capture: Capture, table: TableDefinition) {
    this.#db = db;
    this.#capture = capture;
    this.#reader = new EventReader(table);
    this.#late = db.prepare(LATE_EVENT_SQL);
    this.refreshSerial();
  }

  /** After anything but intake may have used serials. */
  refreshSerial(): void {
    const last = this.#db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq;
    this.#nextSerial = Math.max(this.#nextSerial, Number(last ?? 0) + 1);
  }

  write(batch: readonly unknown[], now: number, options: IntakeOptions = {}): Write<IntakeOutcome> {
    if (batch.length > BATCH_EVENTS_MAX)
      throw new PanelcastError('too-large', `a batch has at most ${BATCH_EVENTS_MAX} events, not ${batch.length}`);
    const events: ReadEvent[] = [];
    const rejected: RejectedEvent[] = [];
    let bytes = 0;
    for (let i = 0; i < batch.length; i++) {
      const event = this.#reader.read(batch[i], now);
      if (event instanceof EventFault) {
        const index = (options.offset ?? 0) + i;
        const message = `event ${index}: ${event.message}`;
        if (!options.partial) throw new PanelcastError('bad-event', message);
        rejected.push({ index, message });
        continue;
      }
      events.push(event);
      bytes += EVENT_BYTES;
      for (const value of event.parameters) if (typeof value === 'string') bytes += value.length;
    }
    return {
      alone: false,
      rows: events.length,
      bytes,
      idempotency: options.idempotency,
      apply: () => {
        for (const event of events) this.#store(event);
        const outcome = { accepted: events.length, seq: this.#capture.seq };
        return rejected.length > 0 ? { ...outcome, rejected } : outcome;
      },
    };
  }

  #store({ plan, parameters }: ReadEvent): void {
    let statement = this.#statements.get(plan);
    if (!statement) {
      statement = this.#db.prepare(plan.sql);
      this.#statements.set(plan, statement);
    }
    parameters[0] = this.#nextSerial;
    const { changes, lastInsertRowid } = statement.run(...parameters);
    if (changes === 0) this.#late.run(parameters[IDENTIFIER]!);
    else if (lastInsertRowid === this.#nextSerial) this.#nextSerial++;
  }
}
