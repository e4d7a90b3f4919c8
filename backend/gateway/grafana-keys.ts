import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';

/** Reads a JWKS; rejects where it cannot be had. */
export type FetchKeys = (url: string) => Promise<unknown>;

export interface GrafanaKeysOptions {
  /** Where Grafana is, seen from here. */
  readonly grafanaUrl: string;
  readonly fetchKeys: FetchKeys;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What Grafana itself says of them: `Cache-Control: max-age=3600`. */
const FRESH_MS = 3_600_000;
/** However many identities name unknown keys or however long Grafana is down: it is asked at most this often. */
const ASK_AGAIN_MS = 10_000;
const FETCH_MS = 3000;

/** The public keys that Grafana signs identities with; it makes a new one each month. */
export class GrafanaKeys {
  readonly #url: string;
  readonly #fetch: FetchKeys;
  readonly #clock: Clock;
  readonly #log: Logger;
  #keys: ReadonlyMap<string, KeyObject> | undefined;
  #fetchedAtMs = -Infinity;
  #askedAtMs = -Infinity;
  #asking: Promise<void> | undefined;

  constructor({ grafanaUrl, fetchKeys, clock, log }: GrafanaKeysOptions) {
    this.#url = `${grafanaUrl.replace(/\/+$/, '')}/api/signing-keys/keys`;
    this.#fetch = fetchKeys;
    this.#clock = clock;
    this.#log = log;
  }

  /** The key of that id; undefined where Grafana has none; 'unknown' where it could not be asked. */
  async find(id: string): Promise<KeyObject | undefined | 'unknown'> {
    const isStale = this.#clock.monotonicMs() - this.#fetchedAtMs > FRESH_MS;
    if (isStale || !this.#keys?.has(id)) await this.#ask();
    return this.#keys === undefined ? 'unknown' : this.#keys.get(id);
  }

  /** One question at a time for all who wait. Keys that were had once serve on while Grafana cannot be reached. */
  async #ask(): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#asking === undefined) {
      if (nowMs - this.#askedAtMs < ASK_AGAIN_MS) return;
      this.#askedAtMs = nowMs;
      this.#asking = this.#refetch(nowMs).finally(() => {
        this.#asking = undefined;
      });
    }
    await this.#asking;
  }

  async #refetch(nowMs: number): Promise<void> {
    try {
      this.#keys = readKeys(await this.#fetch(this.#url));
      this.#fetchedAtMs = nowMs;
    } catch (error) {
      const role = this.#keys === undefined ? 'every user is a viewer until then' : 'the keys from before serve on';
      this.#log.warn({ err: error, url: this.#url }, `Grafana's signing keys cannot be had; ${role}`);
    }
  }
}

export async function fetchKeys(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

/** The P-256 signing keys by their id; keys of other kinds are not for identities. */
function readKeys(answer: unknown): Map<string, KeyObject> {
  const { keys } = answer as { keys?: unknown };
  const found = new Map<string, KeyObject>();
  if (!Array.isArray(keys)) throw new Error('the answer is not a JSON Web Key Set');
  for (const key of keys as (JsonWebKey & { kid?: unknown })[]) {
    if (typeof key.kid !== 'string' || key.kty !== 'EC' || key.crv !== 'P-256') continue;
    found.set(key.kid, createPublicKey({ key, format: 'jwk' }));
  }
  return found;
}
