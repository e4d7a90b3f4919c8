import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Figures } from '../support/benchmark.ts';
import { cpuMsOfTree } from '../support/cpu.ts';
import { Broker } from './broker.ts';
import { type BrokerName, DIALECTS } from './broker-dialects.ts';
import type { ToSubscribers } from './broker-subscribers.ts';

export interface BrokerShape {
  readonly viewers: number;
  readonly frames: number;
  readonly frameBytes: number;
}

/** At least so much of the broker's CPU, since /proc counts in steps of 10 ms. */
const CPU_MS_MIN = 500;
const SWEEPS_MAX = 100;

/** What one sweep costs a broker: each frame published to a channel that every viewer has subscribed to. */
export async function brokerFanout(name: BrokerName, { frameBytes, frames, viewers }: BrokerShape): Promise<Figures> {
  const broker = await Broker.start(name);
  const subscribers = fork(join(import.meta.dirname, 'broker-subscribers.ts'), { execArgv: [] });
  const ask = async (message: ToSubscribers, answer: string): Promise<void> => {
    const heard = hear(answer);
    subscribers.send(message);
    await heard;
  };
  const hear = async (answer: string): Promise<void> => {
    for (;;) if ((await once(subscribers, 'message'))[0] === answer) return;
  };
  try {
    const dialect = DIALECTS[name];
    const channels = Array.from({ length: frames }, (_, i) => `channel${i}`);
    await ask({ type: 'connect', broker: name, port: broker.port, count: viewers, channels }, 'connected');
    const publisher = await broker.open();
    publisher.on('data', () => {});
    publisher.write(dialect.entrance);
    const payload = Buffer.alloc(frameBytes, 0x78);
    const sweep = Buffer.concat(channels.map(channel => dialect.publish(channel, payload)));
    const bytes = channels.reduce((sum, channel) => sum + dialect.deliveredBytes(channel, payload), 0);
    const once = async (): Promise<void> => {
      await ask({ type: 'expect', bytes }, 'expecting');
      const reached = hear('reached');
      publisher.write(sweep);
      await reached;
    };
    for (let i = 0; i < 3; i++) await once();
    const before = cpuMsOfTree(broker.pid);
    let sweeps = 0;
    let spent = 0;
    while (sweeps < SWEEPS_MAX && spent < CPU_MS_MIN) {
      await once();
      sweeps++;
      spent = cpuMsOfTree(broker.pid) - before;
    }
    publisher.destroy();
    return { 'server µs a viewer': (spent * 1000) / sweeps / viewers };
  } finally {
    subscribers.kill('SIGKILL');
    await broker.stop();
  }
}
