import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { ERROR_KINDS, type ErrorCode } from '../protocol/errors.ts';

/** What fastify itself refuses, in the words of the closed table. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_VALIDATION: 'bad-request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad-request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
  FST_ERR_BAD_URL: 'bad-request',
  FST_ERR_ASYNC_CONSTRAINT: 'bad-request',
};

export type CountRejection = (code: ErrorCode) => void;

export function errorBody(error: PanelcastError): { error: { code: ErrorCode; message: string; position?: number } } {
  const { code, message, position } = error;
  return { error: position === undefined ? { code, message } : { code, message, position } };
}

/** Every refusal of every route leaves here: one JSON shape, one status, one log level a code. */
export function installErrors(server: FastifyInstance, count: CountRejection): void {
  server.setErrorHandler((thrown: FastifyError, request, reply) => answer(request, reply, fromThrown(thrown)));
  server.setNotFoundHandler((request, reply) => answer(request, reply, noRoute(server, request, reply)));

  function answer(request: FastifyRequest, reply: FastifyReply, error: PanelcastError): FastifyReply {
    const { log, status } = error.kind;
    request.log[log]({ code: error.code, err: error.code === 'internal' ? error.cause : undefined }, error.message);
    count(error.code);
    if (error.kind.retry) void reply.header('retry-after', Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000)));
    return reply.code(status).send(errorBody(error));
  }
}

function fromThrown(thrown: FastifyError): PanelcastError {
  if (thrown instanceof PanelcastError) return thrown;
  const code = FASTIFY_CODES[thrown.code];
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

/** A request that never became one: no route, no reply object, only a socket. */
export function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const code: ErrorCode =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'header-too-large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'timeout'
        : 'bad-request';
  const body = JSON.stringify({ error: { code, message: ERROR_KINDS[code].sentence } });
  const { status } = ERROR_KINDS[code];
  socket.end(
    `HTTP/1.1 ${status} ${code}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
