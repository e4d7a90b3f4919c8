import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ApiClient, EventsAnswer } from './api-client.ts';
import { type CliIo, write } from './cli-io.ts';
import {
  CLIENT_HELP,
  CLIENT_OPTIONS,
  clientOf,
  durationOf,
  EXIT,
  parseCommandLine,
  runCommand,
  usageError,
} from './command-line.ts';
import { harmless } from './display-text.ts';
import { type EventBatch, eventBatches } from './event-batches.ts';
import { SendProgress } from './send-progress.ts';

export const SEND_HELP = `Usage: panelcast send [options] [file]

Sends events from a file or from standard input: JSON objects, one a line or in an array. Batches are sent in order, each
until it is taken: when the notifier is busy or away, the same batch is sent again under the same idempotency key.

  --partial         take the good events and name each bad one, instead of stopping at the first
  --retry-for <t>   how long a batch is tried again, such as 30s or 5m (1m)
${CLIENT_HELP}

Exit code 0 when every event was accepted, 1 when not, 2 for a mistake in the arguments. Without --partial a batch is
taken whole or not at all: everything before the lines that are named was taken, and nothing from them on.
`;

const OPTIONS = { ...CLIENT_OPTIONS, partial: { type: 'boolean' }, 'retry-for': { type: 'string' } } as const;

const RETRY_MS = 60_000;
const BACKOFF_MS = { first: 200, most: 10_000 } as const;
/** With --partial a wrong file would name every line. */
const FAULTS_NAMED_MAX = 20;

export async function sendCommand(args: readonly string[], io: CliIo): Promise<number> {
  return runCommand(io, async () => {
    const { values, positionals } = parseCommandLine(args, OPTIONS);
    if (values.help) {
      await write(io.stdout, SEND_HELP);
      return EXIT.done;
    }
    if (positionals.length > 1) throw usageError(`one file at a time, not ${positionals.join(' ')}`);
    const retryMs = durationOf('--retry-for', values['retry-for']) ?? RETRY_MS;
    const sender = new EventSender(clientOf(values, io), io, { partial: values.partial === true, retryMs });
    return sender.run(inputOf(positionals[0], io));
  });
}

interface SendOptions {
  readonly partial: boolean;
  readonly retryMs: number;
}

/** Sends batches one after the other: order is part of what events mean. */
class EventSender {
  readonly #client: ApiClient;
  readonly #io: CliIo;
  readonly #options: SendOptions;
  readonly #progress: SendProgress;
  #faults = 0;

  constructor(client: ApiClient, io: CliIo, options: SendOptions) {
    this.#client = client;
    this.#io = io;
    this.#options = options;
    this.#progress = new SendProgress(io);
  }

  async run(input: AsyncIterable<string>): Promise<number> {
    try {
      for await (const item of eventBatches(input)) {
        if ('fault' in item) await this.#refuse(item.line, item.fault);
        else await this.#send(item);
        this.#progress.draw();
      }
    } catch (error) {
      await this.#progress.clear();
      if (!(error instanceof PanelcastError) || error.code === 'bad-config') throw error;
      await this.#progress.say(harmless(error.message));
      this.#faults++;
    }
    await this.#progress.clear();
    await write(this.#io.stdout, `${this.#progress.line}\n`);
    return this.#faults === 0 ? EXIT.done : EXIT.failed;
  }

  async #send(batch: EventBatch): Promise<void> {
    const count = batch.lines.length;
    let answer: EventsAnswer;
    try {
      answer = await this.#sendUntilTaken(batch);
    } catch (error) {
      if (!(error instanceof PanelcastError)) throw error;
      if (!error.kind.retry) {
        this.#progress.sent += count;
        this.#progress.rejected += count;
      }
      throw new PanelcastError(error.code, notTaken(error.message, batch), { cause: error });
    }
    const rejected = answer.rejected ?? [];
    this.#progress.sent += count - rejected.length;
    this.#progress.accepted += answer.accepted;
    for (const { index, message } of rejected) {
      await this.#refuse(batch.lines[index] ?? 0, message.replace(/^event \d+: /, ''));
    }
  }

  async #sendUntilTaken(batch: EventBatch): Promise<EventsAnswer> {
    const idempotencyKey = randomUUID();
    const deadlineMs = performance.now() + this.#options.retryMs;
    for (let delayMs: number = BACKOFF_MS.first; ; delayMs = Math.min(2 * delayMs, BACKOFF_MS.most)) {
      try {
        return await this.#client.events(batch.body, { idempotencyKey, partial: this.#options.partial });
      } catch (error) {
        if (!(error instanceof PanelcastError) || !error.kind.retry) throw error;
        // Jitter, so that many senders do not come back together.
        const waitMs = Math.max(error.retryAfterMs ?? 0, delayMs * (0.5 + Math.random()));
        if (performance.now() + waitMs > deadlineMs) throw error;
        this.#progress.draw(`${harmless(error.message)}; trying again in ${(waitMs / 1_000).toFixed(1)} s`);
        await sleep(waitMs);
      }
    }
  }

  /** One event that is not good: named with --partial, the end without. */
  async #refuse(line: number, why: string): Promise<void> {
    const message = `line ${line}: ${harmless(why)}`;
    if (!this.#options.partial) throw new PanelcastError('bad-event', message);
    this.#progress.sent++;
    this.#progress.rejected++;
    this.#faults++;
    if (this.#faults <= FAULTS_NAMED_MAX) await this.#progress.say(message);
    if (this.#faults === FAULTS_NAMED_MAX) await this.#progress.say('further bad events are only counted');
  }
}

/** The notifier counts events in the batch; people count lines in the file. */
function notTaken(message: string, { lines }: EventBatch): string {
  const [first, last] = [lines[0], lines.at(-1)];
  const [, index, why = message] = /^event (\d+): (.*)$/s.exec(message) ?? [];
  if (first === last) return `line ${first} was not taken: ${why ?? message}`;
  const line = index === undefined ? undefined : lines[Number(index)];
  return `lines ${first} to ${last} were not taken: ${line === undefined ? message : `line ${line}: ${why}`}`;
}

async function* inputOf(file: string | undefined, io: CliIo): AsyncGenerator<string> {
  const input = file === undefined || file === '-' ? io.stdin : createReadStream(file);
  try {
    for await (const chunk of input.setEncoding('utf8')) yield chunk;
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause)
      throw usageError(`cannot read ${file ?? 'standard input'}: ${cause.message}`);
    throw cause;
  }
}
