import { type Open, PROTOCOL, type ServerMessage } from '../../backend/protocol/messages.ts';
import type { Page } from '../live/page.ts';
import type { OpenTransport } from '../live/transport.ts';

export interface Probed {
  readonly works: boolean;
  /** What went wrong. */
  readonly reason?: string;
  readonly tookMs: number;
}

/** The least that asks the whole way: proxy, identity, view, cut. */
const PROBE: Open = { type: 'open', id: 'probe', request: { metrics: [{ fn: 'count' }] } };
const PROBE_MS = 8000;

/** Opens a step of the ladder, asks a view, and waits for its first cut. */
export function probeStep(open: OpenTransport, page: Page): Promise<Probed> {
  const startMs = page.now();
  return new Promise(resolve => {
    const end = (reason?: string): void => {
      timer.cancel();
      transport.close();
      resolve({ works: reason === undefined, tookMs: page.now() - startMs, ...(reason !== undefined && { reason }) });
    };
    const transport = open({
      opened: () => transport.send([{ type: 'hello', protocol: PROTOCOL }, PROBE]),
      message: message => {
        const verdict = judge(message);
        if (verdict !== undefined) end(verdict.reason);
      },
      closed: ({ message }) => end(message),
    });
    const timer = page.after(PROBE_MS, () => end(`no answer within ${PROBE_MS / 1000} s`));
  });
}

function judge(message: ServerMessage): { readonly reason?: string } | undefined {
  switch (message.type) {
    case 'cut':
      return {};
    case 'bye':
      return { reason: message.reason };
    case 'error':
      return { reason: message.message };
    case 'welcome':
      return String(message.protocol) === PROTOCOL
        ? undefined
        : {
            reason: `the notifier speaks the protocol ${message.protocol}, this plugin ${PROTOCOL}`,
          };
    default:
      return undefined;
  }
}
