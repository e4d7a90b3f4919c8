import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { GrafanaIdentities } from './grafana-identities.ts';
import { type FetchKeys, GrafanaKeys } from './grafana-keys.ts';
import type { Grant } from './grant.ts';

export type { Grant };

export interface AuthenticatorOptions {
  /** The shared secret; without one everybody on this machine may do everything. */
  readonly token: string | undefined;
  readonly grafanaUrl: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** How Grafana's public keys are fetched; tests have their own. */
  readonly fetchKeys: FetchKeys;
}

const ADMIN: Grant = { identity: { role: 'admin' } };
const VIEWER: Grant = { identity: { role: 'viewer' } };

/**
 * Who asks. The token proves that a caller belongs here: a machine that has it is an admin. Grafana has it too and lends
 * it to every user, so with Grafana's signed identity beside it the role is the user's, and where Grafana's proxy did
 * not say who it is for, a viewer's. The token is taken from the header alone: addresses end up in logs.
 */
export class Authenticator {
  readonly #tokenDigest: Buffer | undefined;
  readonly #identities: GrafanaIdentities | undefined;

  constructor({ token, grafanaUrl, clock, log, fetchKeys }: AuthenticatorOptions) {
    this.#tokenDigest = token === undefined ? undefined : digest(token);
    if (grafanaUrl !== undefined)
      this.#identities = new GrafanaIdentities(new GrafanaKeys({ grafanaUrl, fetchKeys, clock, log }), clock);
  }

  /** Throws `forbidden`, never anything that becomes a 401: Grafana's proxy would turn that into a 400. */
  async authenticate(headers: IncomingHttpHeaders): Promise<Grant> {
    if (this.#tokenDigest === undefined) {
      refuseForeignPages(headers);
      return ADMIN;
    }
    this.#checkToken(headers.authorization, this.#tokenDigest);
    const signed = headers['x-grafana-id'];
    if (typeof signed === 'string' && signed !== '') return (await this.#identities?.verify(signed)) ?? VIEWER;
    return isGrafanaProxy(headers) ? VIEWER : ADMIN;
  }

  #checkToken(authorization: string | undefined, wanted: Buffer): void {
    const sent = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (sent === undefined)
      throw new PanelcastError('forbidden', 'this notifier needs a token: send it as Authorization: Bearer TOKEN');
    if (!timingSafeEqual(digest(sent), wanted)) throw new PanelcastError('forbidden', 'the token is not the right one');
  }
}

/** Digests have one length, so that comparing them tells nothing of the token's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Grafana's data-source proxy puts its own name over the browser's. */
function isGrafanaProxy(headers: IncomingHttpHeaders): boolean {
  return headers['user-agent']?.startsWith('Grafana/') === true;
}

/**
 * Without a token whoever reaches this machine is an admin, and any page that its user opens in a browser reaches it:
 * browsers let every page open a WebSocket to 127.0.0.1 and post to it, and say whose page it is in `Origin`. A page
 * whose name was made to point here (DNS rebinding) shows in `Host`.
 */
function refuseForeignPages({ host, origin }: IncomingHttpHeaders): void {
  const hosts = [host === undefined ? undefined : `http://${host}`, origin];
  const foreign = hosts.find(url => url !== undefined && !isLoopback(url));
  if (foreign === undefined) return;
  throw new PanelcastError(
    'forbidden',
    `without a token this notifier answers this machine alone, not ${foreign.slice(0, 100)}; set a token to serve others`,
  );
}

function isLoopback(url: string): boolean {
  const name = URL.parse(url)?.hostname;
  return name === 'localhost' || name === '[::1]' || name?.endsWith('.localhost') === true || isLoopbackV4(name);
}

function isLoopbackV4(name: string | undefined): boolean {
  return name !== undefined && /^127\.\d+\.\d+\.\d+$/.test(name);
}
