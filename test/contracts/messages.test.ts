import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeClientMessage } from '../../backend/gateway/live/client-message.ts';
import { LIVE_LIMITS } from '../../backend/gateway/live/limits.ts';
import { parseDuration, parseSize } from '../../backend/lib/quantity.ts';
import { type ClientMessage, PROTOCOL, type ServerMessage } from '../../backend/protocol/messages.ts';
import { exchange } from './exchange.ts';
import { declarations, ProtocolDocument } from './protocol-document.ts';
import { type Shape, shapeOf, together } from './shape.ts';

/** The wire as it is promised: one version, one set of shapes. */
const PINNED = { protocol: 'panelcast.v1', hash: '1edaa941e0240f0d' };

const CLIENT_TYPES = {
  hello: true,
  open: true,
  close: true,
  flush: true,
  applied: true,
  ack: true,
  pong: true,
} as const satisfies Record<ClientMessage['type'], true>;
const SERVER_TYPES = {
  welcome: true,
  opened: true,
  snap: true,
  delta: true,
  rows: true,
  metric: true,
  series: true,
  cut: true,
  flushed: true,
  gap: true,
  error: true,
  bye: true,
  ping: true,
} as const satisfies Record<ServerMessage['type'], true>;

const document = new ProtocolDocument();
const fromClient = document.examples('From the client');
const fromNotifier = document.examples('From the notifier');
const types = (examples: readonly { type: string }[]) => examples.map(({ type }) => type).sort();

describe('PROTOCOL.md', () => {
  it('has one example of each message, in the chapter of the side that says it', () => {
    expect(types(fromClient)).toEqual(Object.keys(CLIENT_TYPES).sort());
    expect(types(fromNotifier)).toEqual(Object.keys(SERVER_TYPES).sort());
  });

  it.each(fromClient)('has an example of $type that the gateway takes as it stands', example => {
    expect(decodeClientMessage(example)).toEqual(example);
  });

  it('tells every limit of a connection as it is', () => {
    const told = [...document.limits].map(([name, text]) => [name, quantity(name, text)]);
    expect(Object.fromEntries(told)).toEqual(LIVE_LIMITS);
  });

  it('names a new version when a message changes', () => {
    const hash = createHash('sha256').update(declarations()).digest('hex').slice(0, 16);
    expect(
      { protocol: PROTOCOL, hash },
      'backend/protocol declares other messages than were promised. If a program written for the old ones would ' +
        'misread a new one, give PROTOCOL a new version and say in PROTOCOL.md what is new; then pin both here.',
    ).toEqual(PINNED);
  });
});

describe('a real notifier', () => {
  it('says each message in the shape of its example, field by field', async () => {
    const said: Record<string, Shape> = {};
    for (const message of await exchange())
      said[message.type] = together(said[message.type] ?? 'nothing', shapeOf(message));
    expect(said).toEqual(Object.fromEntries(fromNotifier.map(example => [example.type, shapeOf(example)])));
  });
});

function quantity(name: string, text: string): number {
  if (name.endsWith('Bytes')) return parseSize(text)!;
  return name.endsWith('Ms') ? parseDuration(text.replace(' ', ''))! : Number(text);
}
