import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { IntakeAnswer, NotifierCalls } from '../notifier/calls.ts';
import { bodyBudget } from './body-budget.ts';
import { LINES } from './body-parsers.ts';
import { type LineStep, lineSteps } from './line-steps.ts';
import { requireRole } from './roles.ts';

/** A line is stored so long after it has come, though a slow sender has not filled its step. */
const STEP_MS = 250;

interface Options {
  readonly calls: NotifierCalls;
  readonly clock: Clock;
  /** A line, or a body that is not a stream, is at most this long. */
  readonly bodyBytes: number;
  readonly stopping: AbortSignal;
}

/** `POST /api/events`: one event, an array, or a stream of lines that is never held whole. */
export function eventRoutes(server: FastifyInstance, options: Options): void {
  const { calls, stopping } = options;
  void server.register(async scope => {
    bodyBudget(scope);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body.length === 0 ? undefined : body),
    );
    scope.addContentTypeParser(LINES, (_request, payload, done) => done(null, payload));
    const route = { preHandler: requireRole('operator'), config: { query: ['partial'] } };
    scope.post('/api/events', route, async request => {
      const { body } = request;
      if (body === undefined || body === null)
        throw new PanelcastError(
          'bad-request',
          'the body is empty; send an event, an array of events, or a line for each',
        );
      const how = { partial: isTrue(request, 'partial'), ...idempotencyKey(request) };
      if (!Buffer.isBuffer(body)) return intakeLines(untilStopping(body as Readable, stopping), how, options);
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
async function intakeLines(stream: Readable, how: How, { bodyBytes, calls, clock }: Options): Promise<IntakeAnswer> {
  let accepted = 0;
  let seq = 0;
  let offset = 0;
  let step = 0;
  const rejected: { index: number; message: string }[] = [];
  // Steps with keys must be the same when they are sent again, however fast they come then.
  const waitMs = how.idempotencyKey === undefined ? STEP_MS : Infinity;
  const take = async ({ count, lines }: LineStep): Promise<void> => {
    const key = how.idempotencyKey === undefined ? {} : { idempotencyKey: `${how.idempotencyKey}#${step++}` };
    const answer = await calls.intake({ body: lines, form: 'ndjson', offset, partial: how.partial, ...key });
    accepted += answer.accepted;
    seq = answer.seq;
    rejected.push(...(answer.rejected ?? []));
    offset += count;
  };
  try {
    for await (const lines of lineSteps(stream, { clock, waitMs, lineBytes: bodyBytes })) await take(lines);
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
