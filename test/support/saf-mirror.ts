/**
 * A durable client as PROTOCOL.md describes one, in a process of its own that may be killed at any time: what a cut brings
 * is in its file, as one line, before it is confirmed. `node saf-mirror.ts URL CLIENT FILE REQUEST`
 */
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiveConnection } from '../../backend/cli/live-connection.ts';
import { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import { type Position, PROTOCOL } from '../../backend/protocol/messages.ts';
import { type MirrorLine, positionAfter } from './saf-mirror-file.ts';

const [url, client, file, request] = process.argv.slice(2) as [string, string, string, string];

/** Where the file ends, without a line that was being written. */
function positionOfFile(): Position | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  truncateSync(file, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .slice(0, -1)
    .reduce<Position | undefined>(
      (position, line) => positionAfter(JSON.parse(line) as MirrorLine, position),
      undefined,
    );
}

async function follow(): Promise<void> {
  let position = positionOfFile();
  const connection = new LiveConnection(url, undefined);
  try {
    await connection.opened();
    connection.say({ type: 'hello', protocol: PROTOCOL, client, ...(position && { resume: position }) });
    connection.say({
      type: 'open',
      id: 'own',
      request: JSON.parse(request),
      ...(position && { since: position.seq }),
    });
    let epoch = 0;
    let view = '';
    let cuts = 0;
    let frames: MirrorLine['frames'] = [];
    for await (const message of connection.messages()) {
      if (message.type === 'welcome') epoch = message.epoch;
      else if (message.type === 'opened') view = message.view;
      else if (message.type === 'error') throw new PanelcastError(message.code, message.message);
      else if (message.type === 'snap' || message.type === 'rows' || message.type === 'gap')
        frames = [...frames, message];
      else if (message.type === 'cut') {
        const line: MirrorLine = { epoch, frames };
        frames = [];
        if (cuts === 0) await sleep(60); // long enough to be killed before it has written what it begins with
        appendFileSync(file, `${JSON.stringify(line)}\n`, { flush: true });
        position = positionAfter(line, position);
        if (message.ack) connection.say({ type: 'applied', asOf: message.asOf });
        // Not each time, so that it is killed with something that it has and has not confirmed.
        if (cuts++ % 2 === 1 && position !== undefined) connection.say({ type: 'ack', view, seq: position.seq });
      }
    }
  } finally {
    connection.close();
  }
}

for (;;) {
  await follow().catch(() => undefined); // it comes back as often as it takes
  await sleep(30);
}
