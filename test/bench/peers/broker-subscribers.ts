/** Subscribers of a broker in a process of their own: they count bytes and say when all have had what was expected. */
import { connect, type Socket } from 'node:net';
import { type BrokerName, DIALECTS } from './broker-dialects.ts';

export type ToSubscribers =
  | {
      readonly type: 'connect';
      readonly broker: BrokerName;
      readonly port: number;
      readonly count: number;
      readonly channels: readonly string[];
    }
  | { readonly type: 'expect'; readonly bytes: number };

type Join = Extract<ToSubscribers, { type: 'connect' }>;

const received: number[] = [];
let wanted = Infinity;
let missing = 0;

process.on('message', (message: ToSubscribers) => {
  if (message.type === 'connect') void connectAll(message);
  else {
    wanted = message.bytes;
    missing = received.length;
    for (let id = 0; id < received.length; id++) arrived(id, 0);
    process.send!('expecting');
  }
});

async function connectAll(join: Join): Promise<void> {
  for (let from = 0; from < join.count; from += 200)
    await Promise.all(Array.from({ length: Math.min(200, join.count - from) }, (_, i) => enter(join, from + i)));
  process.send!('connected');
}

function enter({ broker, channels, port }: Join, id: number): Promise<void> {
  const { answered, greeting } = DIALECTS[broker];
  const steps = greeting(id, channels);
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(steps[0]!));
    socket.once('error', reject);
    let step = 0;
    let answer: Buffer = Buffer.alloc(0);
    socket.on('data', function greeted(chunk: Buffer) {
      answer = Buffer.concat([answer, chunk]);
      if (!answered(step, answer, channels)) return;
      answer = Buffer.alloc(0);
      if (++step < steps.length) return void socket.write(steps[step]!);
      socket.off('data', greeted);
      received[id] = 0;
      socket.on('data', data => arrived(id, data.length));
      resolve();
    });
  });
}

function arrived(id: number, bytes: number): void {
  const before = received[id]!;
  received[id] = before + bytes;
  if (before >= wanted && bytes > 0) return;
  if (received[id]! < wanted) return;
  received[id]! -= wanted;
  if (--missing > 0) return;
  wanted = Infinity;
  process.send!('reached');
}
