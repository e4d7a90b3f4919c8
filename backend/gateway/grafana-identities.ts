import { type KeyObject, verify } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Role } from '../notifier/link.ts';
import type { GrafanaKeys } from './grafana-keys.ts';
import type { Grant } from './grant.ts';

/** What is read of an identity. Grafana puts the basic role in since 11.6; it has no claim for its server admins. */
interface Claims {
  readonly exp?: unknown;
  readonly nbf?: unknown;
  readonly username?: unknown;
  readonly role?: unknown;
}

const ROLE_OF: Readonly<Record<string, Role>> = { Admin: 'admin', Editor: 'operator' };

/** Two machines' clocks, and the way of a request between them. Grafana renews an identity 30 s before it expires. */
const LEEWAY_MS = 60_000;
/** Verified ones, since each of a user's panels and reconnects brings the same: a signature costs 100 µs. */
const REMEMBERED = 2000;

/** Verifies `X-Grafana-Id`: an ES256 JWT that lasts ten minutes. */
export class GrafanaIdentities {
  readonly #keys: GrafanaKeys;
  readonly #clock: Clock;
  readonly #verified = new Map<string, Grant>();

  constructor(keys: GrafanaKeys, clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  /** Undefined where Grafana cannot be asked for its keys; throws `forbidden` for what it never signed, or expired. */
  async verify(token: string): Promise<Grant | undefined> {
    const known = this.#verified.get(token);
    if (known !== undefined && known.expiresAtMs! > this.#clock.now()) return known;
    const parts = token.split('.');
    if (parts.length !== 3) throw refused('is no JWT');
    const [header, payload, signature] = parts as [string, string, string];
    const key = await this.#keyOf(header);
    if (key === undefined) return undefined;
    const isSigned = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    if (!isSigned) throw refused('is not signed by Grafana');
    const grant = this.#grantOf(readPart(payload));
    this.#remember(token, grant);
    return grant;
  }

  async #keyOf(header: string): Promise<KeyObject | undefined> {
    const { alg, kid, typ } = readPart(header);
    if (alg !== 'ES256') throw refused('is not signed with ES256');
    // Grafana's other tokens (`at+jwt`) are signed with the same keys and say who may, not who is.
    if (typ !== undefined && String(typ).toLowerCase() !== 'jwt') throw refused('is not an identity');
    if (typeof kid !== 'string') throw refused('names no key');
    const key = await this.#keys.find(kid);
    if (key === undefined) throw refused('is signed with a key that Grafana does not have');
    return key === 'unknown' ? undefined : key;
  }

  #grantOf({ exp, nbf, role, username }: Claims): Grant {
    const nowMs = this.#clock.now();
    if (typeof exp !== 'number') throw refused('has no end');
    const expiresAtMs = exp * 1000 + LEEWAY_MS;
    if (nowMs >= expiresAtMs) throw refused('has expired');
    if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 - LEEWAY_MS <= nowMs))
      throw refused('is not valid yet');
    const own = typeof role === 'string' && Object.hasOwn(ROLE_OF, role) ? ROLE_OF[role]! : 'viewer';
    const user = typeof username === 'string' && username !== '' ? { user: username } : {};
    return { identity: { role: own, ...user }, expiresAtMs };
  }

  #remember(token: string, grant: Grant): void {
    if (this.#verified.size >= REMEMBERED) this.#verified.delete(this.#verified.keys().next().value!);
    this.#verified.set(token, grant);
  }
}

function readPart(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // falls through: what is not JSON is not a JWT either
  }
  throw refused('is no JWT');
}

function refused(why: string): PanelcastError {
  return new PanelcastError('forbidden', `the identity in X-Grafana-Id ${why}`);
}
