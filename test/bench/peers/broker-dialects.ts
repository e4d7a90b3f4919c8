/** As little of three protocols as subscribing and publishing without acknowledgements takes. */
export type BrokerName = 'redis-server' | 'nats-server' | 'mosquitto';

export interface Dialect {
  /** What a subscriber sends, one after the other, each after the answer to the one before. */
  readonly greeting: (id: number, channels: readonly string[]) => readonly Buffer[];
  /** Whether the answer to that step has come. */
  readonly answered: (step: number, received: Buffer, channels: readonly string[]) => boolean;
  /** What a publisher sends before it publishes. */
  readonly entrance: Buffer;
  readonly publish: (channel: string, payload: Buffer) => Buffer;
  /** What one subscriber receives of one published message. */
  readonly deliveredBytes: (channel: string, payload: Buffer) => number;
}

const redis: Dialect = {
  greeting: (_id, channels) => [Buffer.from(`SUBSCRIBE ${channels.join(' ')}\r\n`)],
  answered: (_step, received, channels) => received.toString('latin1').split('subscribe').length > channels.length,
  entrance: Buffer.alloc(0),
  publish: (channel, payload) =>
    Buffer.concat([
      Buffer.from(`*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${payload.length}\r\n`),
      payload,
      Buffer.from('\r\n'),
    ]),
  deliveredBytes: (channel, payload) =>
    `*3\r\n$7\r\nmessage\r\n$${channel.length}\r\n${channel}\r\n$${payload.length}\r\n\r\n`.length + payload.length,
};

const nats: Dialect = {
  greeting: (_id, channels) => [
    Buffer.from(
      `CONNECT {"verbose":false}\r\n${channels.map((channel, i) => `SUB ${channel} ${i}\r\n`).join('')}PING\r\n`,
    ),
  ],
  answered: (_step, received) => received.includes('PONG\r\n'),
  entrance: Buffer.from('CONNECT {"verbose":false}\r\n'),
  publish: (channel, payload) =>
    Buffer.concat([Buffer.from(`PUB ${channel} ${payload.length}\r\n`), payload, Buffer.from('\r\n')]),
  deliveredBytes: (channel, payload) => `MSG ${channel} 0 ${payload.length}\r\n\r\n`.length + payload.length,
};

const mqtt: Dialect = {
  greeting: (id, channels) => [
    mqttConnect(`viewer${id}`),
    mqttPacket(
      0x82,
      Buffer.concat([Buffer.from([0, 1]), ...channels.map(name => Buffer.concat([mqttText(name), Buffer.from([0])]))]),
    ),
  ],
  answered: (step, received) => received.length >= (step === 0 ? 4 : 5),
  entrance: mqttConnect('publisher'),
  publish: (channel, payload) => mqttPacket(0x30, Buffer.concat([mqttText(channel), payload])),
  deliveredBytes: (channel, payload) => mqttPacket(0x30, Buffer.concat([mqttText(channel), payload])).length,
};

export const DIALECTS: Readonly<Record<BrokerName, Dialect>> = {
  'redis-server': redis,
  'nats-server': nats,
  mosquitto: mqtt,
};

function mqttConnect(id: string): Buffer {
  // MQTT 3.1.1, a clean session, no keep-alive.
  return mqttPacket(0x10, Buffer.concat([mqttText('MQTT'), Buffer.from([4, 2, 0, 0]), mqttText(id)]));
}

function mqttText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

function mqttPacket(kind: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = body.length; ; ) {
    const low = rest & 127;
    rest >>= 7;
    length.push(rest > 0 ? low | 128 : low);
    if (rest === 0) break;
  }
  return Buffer.concat([Buffer.from([kind, ...length]), body]);
}
