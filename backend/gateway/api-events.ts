import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { IntakeAnswer, NotifierCalls } from '../notifier/calls.ts';
import { bodyBudget } from './body-budget.ts';
import { requireRole } from './roles.ts';

const LINES = /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines)\b/i;
/** What is held of a stream at a time; a step is one transaction. */
const STEP_BYTES = 1 << 20;
const STEP_LINES = 1000;
const NEWLINE = 10;

interface Options {
  readonly calls: NotifierCalls;
  /** A line, or a body that is not a stream, is at most this long. */
  readonly bodyBytes: number;
  readonly stopping: AbortSignal;
}

/** `POST /api/events`: one event, an array, or a stream of lines that is never held whole. */
export function eventRoutes(server: FastifyInstance, { bodyBytes, calls, stopping }: Options): void {
  void server.register(async scope => {
    bodyBudget(scope);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.addContentTypeParser(LINES, (_request, payload, done) => done(null, payload));
    scope.post('/api/events', { preHandler: requireRole('operator') }, async request => {
      const { body } = request;
      if (body === undefined || body === null)
        throw new PanelcastError(
          'bad-request',
          'the body is empty; send an event, an array of events, or a line for each',
        );
      const how = { partial: isTrue(request, 'partial'), ...idempotencyKey(request) };
      if (!Buffer.isBuffer(body))
        return intakeLines(untilStopping(body as Readable, stopping), how, { calls, bodyBytes });
      return calls.intake({ body, form: 'json', offset: 0, ...how });
    });
  });
}

interface How {
  readonly partial: boolean;
  readonly idempotencyKey?: string;
}

/**
 * Steps of whole lines, each durable before the next is read: the sender is slowed to what the store takes. With an
 * idempotency key each step has its own, so that a stream sent again after a break skips what is stored.
 */
async function intakeLines(
  stream: Readable,
  how: How,
  { bodyBytes, calls }: Omit<Options, 'stopping'>,
): Promise<IntakeAnswer> {
  let accepted = 0;
  let seq = 0;
  let offset = 0;
  let step = 0;
  const rejected: { index: number; message: string }[] = [];
  const take = async (lines: Buffer, count: number): Promise<void> => {
    const key = how.idempotencyKey === undefined ? {} : { idempotencyKey: `${how.idempotencyKey}#${step++}` };
    const answer = await calls.intake({ body: lines, form: 'ndjson', offset, partial: how.partial, ...key });
    accepted += answer.accepted;
    seq = answer.seq;
    rejected.push(...(answer.rejected ?? []));
    offset += count;
  };
  try {
    for await (const { count, lines } of wholeLines(stream, bodyBytes)) await take(lines, count);
  } catch (error) {
    if (!(error instanceof PanelcastError) || accepted === 0) throw error;
    const { code, message, retryAfterMs } = error;
    throw new PanelcastError(code, `${message}; the ${accepted} events before this step are stored`, {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (offset === 0) throw new PanelcastError('bad-request', 'the body has no events; send one JSON object a line');
  return rejected.length === 0 ? { accepted, seq } : { accepted, seq, rejected };
}

/**
 * A body for as long as any is taken: its sender may go on for hours. The body itself is not ended, since the connection
 * would end with it, before the answer.
 */
function untilStopping(body: Readable, stopping: AbortSignal): Readable {
  const taken = new PassThrough();
  const end = (): void => {
    taken.destroy(new PanelcastError('stopping', 'the notifier is stopping; send the rest again shortly'));
  };
  stopping.addEventListener('abort', end);
  taken.once('close', () => stopping.removeEventListener('abort', end));
  body.once('error', error => taken.destroy(error));
  return body.pipe(taken);
}

/** Cuts a stream into pieces of whole lines; counts those that are not blank as the notifier will. */
async function* wholeLines(stream: Readable, lineBytes: number): AsyncGenerator<{ lines: Buffer; count: number }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let piece = firstLines(rest); piece !== undefined; piece = firstLines(rest)) {
      yield piece;
      rest = rest.subarray(piece.lines.length);
    }
    if (rest.length > lineBytes) throw new PanelcastError('too-large', `a line of the body is over ${lineBytes} bytes`);
  }
  const last = firstLines(Buffer.concat([rest, Buffer.of(NEWLINE)]), true);
  if (last !== undefined && last.count > 0) yield last;
}

/** The lines that fill a step, or at the end all that is left; undefined when there are too few. */
function firstLines(bytes: Buffer, all = false): { lines: Buffer; count: number } | undefined {
  let end = 0;
  let count = 0;
  while (count < STEP_LINES && end < STEP_BYTES) {
    const next = bytes.indexOf(NEWLINE, end);
    if (next < 0) break;
    if (bytes.subarray(end, next).toString('latin1').trim() !== '') count++;
    end = next + 1;
  }
  const full = count >= STEP_LINES || end >= STEP_BYTES;
  return full || all ? { lines: bytes.subarray(0, end), count } : undefined;
}

function isTrue(request: FastifyRequest, name: string): boolean {
  const value = (request.query as Record<string, unknown>)[name];
  if (value === undefined || value === 'false') return false;
  if (value === 'true' || value === '') return true;
  throw new PanelcastError('bad-request', `${name} must be true or false, not ${JSON.stringify(value)}`);
}

/** Long enough for a UUID with a prefix, short enough to be kept by the hundred thousand. */
const KEY_CHARS = 200;

export function idempotencyKey(request: FastifyRequest): { idempotencyKey?: string } {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return {};
  if (typeof key === 'string' && key.length > 0 && key.length <= KEY_CHARS) return { idempotencyKey: key };
  throw new PanelcastError('bad-request', `Idempotency-Key must have 1 to ${KEY_CHARS} characters`);
}
