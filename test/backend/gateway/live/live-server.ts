import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { Grant } from '../../../../backend/gateway/grant.ts';
import type { LiveLimits } from '../../../../backend/gateway/live/limits.ts';
import { LiveGateway } from '../../../../backend/gateway/live/live-gateway.ts';
import { createLog } from '../../../../backend/lib/log.ts';
import type { PanelcastError } from '../../../../backend/lib/panelcast-error.ts';
import type { ErrorCode } from '../../../../backend/protocol/errors.ts';
import { SimClock } from '../../../support/sim-clock.ts';
import { testServer } from '../../../support/test-server.ts';
import { ScriptedNotifier } from './scripted-notifier.ts';
import { Viewer, type ViewerOptions } from './viewer.ts';

export interface LiveServerOptions {
  readonly limits?: Partial<LiveLimits>;
  readonly grant?: Grant | PanelcastError;
}

/** A gateway on a free port of this machine, with a scripted notifier behind it and time in the test's hand. */
export class LiveServer {
  readonly notifier = new ScriptedNotifier();
  readonly clock = new SimClock();
  readonly live: LiveGateway;
  readonly rejected: ErrorCode[];
  readonly server: FastifyInstance;

  private constructor({ limits, grant = { identity: { role: 'viewer' } } }: LiveServerOptions) {
    const { server, rejected } = testServer({ connections: 1000, bodyBytes: 2 ** 20 });
    this.server = server;
    this.rejected = rejected;
    // Run before the server's own end: the deadline of a stop lies on this clock, and whoever is stalled waits for it.
    onTestFinished(() => void setImmediate(() => this.clock.pass(60_000)));
    this.live = new LiveGateway({
      link: this.notifier,
      log: createLog({ level: 'silent', pretty: false }),
      clock: this.clock,
      limits: limits ?? {},
      welcome: () => ({ epoch: 1, intervalMs: 1000 }),
      authenticate: async () => {
        if (grant instanceof Error) throw grant;
        return grant;
      },
      countRejection: code => void this.rejected.push(code),
    });
    this.live.install(this.server);
  }

  static async start(options: LiveServerOptions = {}): Promise<LiveServer> {
    const server = new LiveServer(options);
    await server.server.listen({ host: '127.0.0.1', port: 0 });
    return server;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** Connected and welcomed. */
  async viewer(options: ViewerOptions = {}): Promise<Viewer> {
    const viewer = await Viewer.connect(this.port, options);
    viewer.say({ type: 'hello', protocol: 'panelcast.v1' });
    await viewer.next('welcome');
    return viewer;
  }

  /** A viewer that gets these streams. */
  async subscriber(streams: readonly number[], options: ViewerOptions = {}): Promise<Viewer> {
    const viewer = await this.viewer(options);
    this.notifier.subscribe(viewer.session, streams, 0);
    await viewer.next('cut');
    viewer.received.length = 0;
    return viewer;
  }
}
