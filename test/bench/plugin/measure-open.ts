import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Figures } from '../support/benchmark.ts';
import { inChromium } from './chromium.ts';
import { PANELS } from './dashboards.ts';
import type { PageStage } from './page-stage.ts';
import { WIRE_WATCH, type Wire } from './wire-watch.ts';

/** What the notifier said at the last opening, up to the first cut: the floor is to say just that. */
let answer: readonly string[] = [];

/** A dashboard of twenty panels, opened from another on a page that has no connection yet. */
export async function measureOpen(stage: PageStage): Promise<Figures> {
  return inChromium(async browser => {
    const page = await stage.open(browser, 'bench-start', WIRE_WATCH);
    const shownMs = await page.evaluate<number>(`openDashboard('Twenty panels', ${PANELS})`);
    const { beganMs, heard, said, sockets } = await page.evaluate<Wire>('wire');
    const opens = said.filter(({ text }) => JSON.parse(text).type === 'open');
    const last = heard.findIndex(({ text }) => (JSON.parse(text) as ServerMessage).type === 'cut');
    if (last < 0) throw new Error('the page had its panels over another way than a WebSocket: the machine is too busy');
    answer = heard.slice(0, last + 1).map(({ text }) => text);
    return {
      sockets,
      opens: opens.length,
      // Those that were said with nothing heard in between are one.
      'round trips of opens': new Set(opens.map(one => one.heard)).size,
      'kB of the answer': answer.reduce((sum, text) => sum + text.length, 0) / 1e3,
      'ms from connecting to the first cut': heard[last]!.atMs - beganMs,
      'ms from the click to 20 panels with frames': shownMs,
    };
  });
}

/** As fast as a browser can connect, ask and have the same bytes: a bare WebSocket, one question, nothing done. */
export async function measureBareOpen(): Promise<Figures> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', socket => socket.once('message', () => answer.forEach(text => void socket.send(text))));
  try {
    return await inChromium(async browser => {
      const page = await browser.newPage();
      const { port } = server.address() as AddressInfo;
      const ms = await page.evaluate<number>(`new Promise(done => {
        const beganMs = performance.now();
        const socket = new WebSocket('ws://127.0.0.1:${port}');
        let rest = ${answer.length};
        socket.onopen = () => socket.send('{}');
        socket.onmessage = () => --rest === 0 && done(performance.now() - beganMs);
      })`);
      return { 'ms from connecting to the first cut': ms };
    });
  } finally {
    server.close();
  }
}
