import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseJsonText } from '../lib/json-text.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';

/** Lines, under all the names that they go by. */
export const LINES = /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines)\b/i;

/**
 * How bodies are read, unless a route reads its own: as JSON. None at all is what a DELETE has, whatever type its client
 * says; a route that needs one misses it by name.
 */
export function bodyParsers(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('text/plain');
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined);
    void parse(request, body, (error, value) => done(error === null ? null : faultOf(body, error), value));
  });
  server.addHook('onRequest', refuseEncoded);
}

/** The parser says what is wrong in words alone; and it refuses more than what is not JSON. */
function faultOf(body: string, error: Error): Error {
  try {
    parseJsonText(body, 'the body');
    return error;
  } catch (fault) {
    return fault as Error;
  }
}

/** Taken as it comes, a body that is compressed would be named as what it is not. */
async function refuseEncoded({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity') return;
  void reply.header('accept-encoding', 'identity');
  throw new PanelcastError(
    'unsupported-media-type',
    `the header Content-Encoding says “${encoding.slice(0, 40)}”; bodies are read here as they are, so send it without`,
  );
}

/** The commonest mistake of all, since `curl -d` sends a form, deserves more than its name. */
export function mediaTypeFault({ headers, server }: FastifyRequest): string {
  const came = headers['content-type'];
  const what = came === undefined ? 'has no content type' : `is “${came.slice(0, 80)}”, which is not read here`;
  const lines = server.hasContentTypeParser(LINES) ? ' or “content-type: application/x-ndjson”' : '';
  return `the body ${what}; send it with “content-type: application/json”${lines}`;
}
