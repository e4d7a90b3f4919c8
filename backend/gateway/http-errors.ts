import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { mediaTypeFault } from './body-parsers.ts';

/** What fastify itself refuses, in the words of the closed table. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_VALIDATION: 'bad-request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
  FST_ERR_BAD_URL: 'bad-request',
  FST_ERR_ASYNC_CONSTRAINT: 'bad-request',
};

export type CountRejection = (code: ErrorCode) => void;

export function errorBody(error: PanelcastError): { error: { code: ErrorCode; message: string; position?: number } } {
  const { code, message, position } = error;
  return { error: position === undefined ? { code, message } : { code, message, position } };
}

/** Every refusal leaves here: one JSON shape, one status and one log level a code, and each is counted. */
export class Refusals {
  readonly #count: CountRejection;

  constructor(count: CountRejection) {
    this.#count = count;
  }

  install(server: FastifyInstance): void {
    server.setErrorHandler((thrown: FastifyError, request, reply) => this.answer(request, reply, thrown));
    server.setNotFoundHandler((request, reply) => this.answer(request, reply, noRoute(server, request, reply)));
  }

  answer(request: FastifyRequest, reply: FastifyReply, thrown: FastifyError | PanelcastError): FastifyReply {
    const error = fromThrown(thrown, request);
    const { log, retry, status } = error.kind;
    request.log[log]({ code: error.code, err: error.code === 'internal' ? error.cause : undefined }, error.message);
    this.#count(error.code);
    if (retry) void reply.header('retry-after', Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000)));
    // What is left of its body will not be read, and nothing else will be taken on this connection.
    if (error.code === 'stopping') void reply.header('connection', 'close');
    return reply.code(status).header('x-request-id', request.id).send(errorBody(error));
  }

  /** A request that never became one: no route, no reply object, only a socket. */
  answerSocket(fault: NodeJS.ErrnoException & { readonly reason?: string }, socket: Socket): void {
    if (fault.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const error = fromSocketFault(fault);
    this.#count(error.code);
    // An earlier request of this connection is being answered: a second answer would end up inside the first.
    if ((socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent) return void socket.destroy();
    const body = JSON.stringify(errorBody(error));
    socket.end(
      `HTTP/1.1 ${error.kind.status} ${STATUS_CODES[error.kind.status]}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
}

function fromSocketFault(fault: NodeJS.ErrnoException & { readonly reason?: string }): PanelcastError {
  switch (fault.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new PanelcastError('header-too-large', 'the request headers are over their limit of 16 KiB');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new PanelcastError('too-large', 'the extensions of a chunk are over their limit');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new PanelcastError('bad-request', 'the request headers did not arrive in time');
    default:
      return new PanelcastError('bad-request', `this is not HTTP/1.1: ${fault.reason ?? fault.message}`);
  }
}

function fromThrown(thrown: FastifyError | PanelcastError, request: FastifyRequest): PanelcastError {
  if (thrown instanceof PanelcastError) return thrown;
  const code = FASTIFY_CODES[thrown.code];
  if (code === 'unsupported-media-type') return new PanelcastError(code, mediaTypeFault(request), { cause: thrown });
  if (code !== undefined) return new PanelcastError(code, thrown.message, { cause: thrown });
  const status = thrown.statusCode ?? 500;
  if (status >= 400 && status < 500) return new PanelcastError('bad-request', thrown.message, { cause: thrown });
  return new PanelcastError('internal', 'something went wrong here; the log has it under this request id', {
    cause: thrown,
  });
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;

function noRoute(server: FastifyInstance, request: FastifyRequest, reply: FastifyReply): PanelcastError {
  const path = request.url.split('?', 1)[0]!;
  const allowed = METHODS.filter(method => server.findRoute({ method, url: path }) !== null);
  if (allowed.length === 0) return new PanelcastError('not-found', `there is no ${request.method} ${path}`);
  void reply.header('allow', allowed.join(', '));
  return new PanelcastError('method-not-allowed', `${path} takes ${allowed.join(' or ')}, not ${request.method}`);
}
