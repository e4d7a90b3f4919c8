import { parseJsonText } from '../../lib/json-text.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { type ClientMessage, type Position, PROTOCOL } from '../../protocol/messages.ts';
import { decodeClientMessage } from './client-message.ts';
import { decodeRequest } from './decode-request.ts';
import { Fields, fault } from './fields.ts';

/**
 * What a client of `/api/stream` says, all at once, since it cannot say anything later: `hello` and its opens.
 * `?client=NAME&resume=EPOCH:SEQ&open=REQUEST&open=…`, a REQUEST being JSON; their ids are "1", "2", ….
 */
export function queryMessages(query: Readonly<Record<string, unknown>>): ClientMessage[] {
  const fields = Fields.of(query, 'query', ['client', 'resume', 'open']);
  const opens = [fields.value('open') ?? []].flat() as string[];
  if (opens.length === 0) throw fault('query.open', 'is missing; it must be a request as JSON');
  const hello = decodeClientMessage({
    type: 'hello',
    protocol: PROTOCOL,
    ...(fields.has('client') ? { client: fields.text('client') } : {}),
    ...(fields.has('resume') ? { resume: readPosition(fields.text('resume')) } : {}),
  });
  return [
    hello,
    ...opens.map((text, index): ClientMessage => {
      const path = `query.open[${index}]`;
      return { type: 'open', id: String(index + 1), request: decodeRequest(parseJsonText(text, path), path) };
    }),
  ];
}

/** A JSON list of client messages, or NDJSON, a message a line. */
export function bodyMessages(body: unknown): ClientMessage[] {
  const values =
    typeof body === 'string'
      ? body
          .split('\n')
          .filter(line => line.trim() !== '')
          .map((line, index) => parseJsonText(line, `message ${index}`))
      : [body].flat();
  const messages = values.map(decodeClientMessage);
  if (messages[0]?.type !== 'hello') throw new PanelcastError('bad-request', 'the first message must be hello');
  if (messages.some((message, index) => index > 0 && message.type !== 'open'))
    throw new PanelcastError('bad-request', 'after hello, /api/stream takes open messages only');
  return messages;
}

function readPosition(text: string): Position {
  const [, epoch, seq] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (epoch === undefined || seq === undefined) throw fault('query.resume', 'must be EPOCH:SEQ, two whole numbers');
  return { epoch: Number(epoch), seq: Number(seq) };
}
