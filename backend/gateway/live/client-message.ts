import { PanelcastError } from '../../lib/panelcast-error.ts';
import { type ClientHello, type ClientMessage, type Position, PROTOCOL } from '../../protocol/messages.ts';
import { decodeRequest } from './decode-request.ts';
import { Fields, isObject } from './fields.ts';

/** Each kind of message: its fields beside `type`, and how they are read. */
const DECODERS = {
  hello: decodeHello,
  open: value => {
    const fields = Fields.of(value, 'open', ['type', 'id', 'request', 'since', 'snapshot']);
    const request = decodeRequest(fields.value('request'), 'open.request');
    const since = fields.has('since') ? { since: fields.whole('since', 0) } : {};
    const snapshot = fields.has('snapshot') && fields.flag('snapshot') ? { snapshot: true as const } : {};
    return { type: 'open', id: fields.name('id'), request, ...since, ...snapshot };
  },
  close: value => ({ type: 'close', id: Fields.of(value, 'close', ['type', 'id']).name('id') }),
  flush: value => {
    const fields = Fields.of(value, 'flush', ['type', 'id', 'minSeq']);
    return { type: 'flush', id: fields.name('id'), minSeq: fields.whole('minSeq', 0) };
  },
  applied: value => ({ type: 'applied', asOf: Fields.of(value, 'applied', ['type', 'asOf']).whole('asOf', 0) }),
  ack: value => {
    const fields = Fields.of(value, 'ack', ['type', 'view', 'seq']);
    return { type: 'ack', view: fields.name('view'), seq: fields.whole('seq', 0) };
  },
  pong: value => {
    Fields.of(value, 'pong', ['type']);
    return { type: 'pong' };
  },
} as const satisfies { readonly [T in ClientMessage['type']]: (value: unknown) => Extract<ClientMessage, { type: T }> };

const TYPES = Object.keys(DECODERS) as ClientMessage['type'][];

export function decodeClientMessage(value: unknown): ClientMessage {
  if (!isObject(value)) throw new PanelcastError('bad-request', 'a message must be a JSON object with a type');
  const type = Fields.of({ type: value.type }, 'message', ['type']).choice('type', TYPES);
  return DECODERS[type](value);
}

/** The id that the faulty message names, so that its sender knows which of many it was. */
export function idOf(value: unknown): string | undefined {
  return isObject(value) && typeof value.id === 'string' && value.id.length <= 200 ? value.id : undefined;
}

function decodeHello(value: unknown): ClientHello {
  const fields = Fields.of(value, 'hello', ['type', 'protocol', 'client', 'resume']);
  fields.text('protocol');
  return {
    type: 'hello',
    protocol: fields.choice('protocol', [PROTOCOL]),
    ...fields.optional<Pick<ClientHello, 'client' | 'resume'>>({
      client: name => fields.name(name),
      resume: name => decodePosition(fields.value(name), fields.at(name)),
    }),
  };
}

export function decodePosition(value: unknown, path: string): Position {
  const fields = Fields.of(value, path, ['epoch', 'seq']);
  return { epoch: fields.whole('epoch', 0), seq: fields.whole('seq', 0) };
}
