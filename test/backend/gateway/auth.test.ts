import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Authenticator, type AuthenticatorOptions } from '../../../backend/gateway/auth.ts';
import { createLog } from '../../../backend/lib/log.ts';
import { SimClock } from '../../support/sim-clock.ts';

const TOKEN = 'correct horse battery staple'.replaceAll(' ', '-');
const GRAFANA = 'http://grafana:3000';
const NOW_S = Date.UTC(2026, 0, 1) / 1000;

/** Grafana as far as identities go: it signs them and shows its public keys, if it can be reached. */
class Grafana {
  readonly keys = new Map<string, { privateKey: KeyObject; publicKey: KeyObject }>();
  isReachable = true;
  readonly asked: string[] = [];

  constructor() {
    this.addKey('id-2026-01-es256');
  }

  addKey(id: string): void {
    this.keys.set(id, generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  }

  readonly fetchKeys = async (url: string): Promise<unknown> => {
    this.asked.push(url);
    if (!this.isReachable) throw new Error('connection refused');
    return {
      keys: [...this.keys].map(([kid, { publicKey }]) => ({
        ...publicKey.export({ format: 'jwk' }),
        kid,
        alg: 'ES256',
        use: 'sig',
      })),
    };
  };

  /** An identity as Grafana 12 makes it; what is given replaces its own. */
  identity(claims: object = {}, header: { kid?: string; alg?: string; typ?: string } = {}): string {
    const kid = header.kid ?? 'id-2026-01-es256';
    const unsigned = [
      { alg: 'ES256', kid, typ: 'jwt', ...header },
      {
        iss: 'http://localhost:3000/',
        sub: 'user:2',
        aud: 'org:1',
        iat: NOW_S,
        exp: NOW_S + 600,
        namespace: 'default',
        identifier: 'u2',
        type: 'user',
        username: 'ann',
        role: 'Viewer',
        ...claims,
      },
    ]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const { privateKey } = this.keys.get(kid) ?? this.keys.get('id-2026-01-es256')!;
    const signature = sign('sha256', Buffer.from(unsigned), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${unsigned}.${signature.toString('base64url')}`;
  }
}

function setUp(options: Partial<AuthenticatorOptions> = {}) {
  const grafana = new Grafana();
  const clock = new SimClock();
  const authenticator = new Authenticator({
    token: TOKEN,
    grafanaUrl: GRAFANA,
    clock,
    log: createLog({ level: 'silent', pretty: false }),
    fetchKeys: grafana.fetchKeys,
    ...options,
  });
  const ask = (identity?: string, more: Record<string, string> = {}) =>
    authenticator.authenticate({
      authorization: `Bearer ${TOKEN}`,
      ...(identity === undefined ? {} : { 'x-grafana-id': identity }),
      ...more,
    });
  return { grafana, clock, authenticator, ask };
}

describe('the token', () => {
  it('makes a machine an admin, for good', async () => {
    expect(await setUp().ask()).toEqual({ identity: { role: 'admin' } });
  });

  it.each([undefined, '', 'Bearer', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, 'Bearer wrong', `Bearer a ${TOKEN}`])(
    'is refused as %s, with 403',
    async authorization => {
      const { authenticator } = setUp();
      const asked = authenticator.authenticate(authorization === undefined ? {} : { authorization });
      await expect(asked).rejects.toMatchObject({ code: 'forbidden', kind: { status: 403 } });
    },
  );

  it('does not make an admin of whom Grafana’s proxy does not name', async () => {
    expect(await setUp().ask(undefined, { 'user-agent': 'Grafana/13.2.2' })).toEqual({ identity: { role: 'viewer' } });
  });
});

describe('without a token', () => {
  it.each([
    {},
    { host: '127.0.0.1:4100' },
    { host: 'localhost:4100', origin: 'http://localhost:3000' },
    { host: '[::1]:4100', origin: 'http://[::1]:4100' },
  ])('everybody on this machine is an admin: %o', async headers => {
    expect(await setUp({ token: undefined }).authenticator.authenticate(headers)).toEqual({
      identity: { role: 'admin' },
    });
  });

  it.each([
    { host: '127.0.0.1:4100', origin: 'https://evil.example' },
    { host: '127.0.0.1:4100', origin: 'null' },
    { host: '127.0.0.1:4100', origin: 'http://127.0.0.1.evil.example' },
    { host: 'rebound.example:4100', origin: 'http://rebound.example:4100' },
  ])('no page of another place is: %o', async headers => {
    const asked = setUp({ token: undefined }).authenticator.authenticate(headers);
    await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('Grafana’s signed identity', () => {
  it.each([
    ['Viewer', 'viewer'],
    ['Editor', 'operator'],
    ['Admin', 'admin'],
    ['None', 'viewer'],
    [undefined, 'viewer'],
    ['constructor', 'viewer'],
  ])('with the role %s is a %s until it expires', async (role, ours) => {
    const { grafana, ask } = setUp();
    expect(await ask(grafana.identity({ role }))).toEqual({
      identity: { role: ours, user: 'ann' },
      expiresAtMs: (NOW_S + 660) * 1000,
    });
    expect(grafana.asked).toEqual(['http://grafana:3000/api/signing-keys/keys']);
  });

  it('is asked of Grafana once for many', async () => {
    const { grafana, ask } = setUp({ grafanaUrl: `${GRAFANA}/` });
    await Promise.all(Array.from({ length: 50 }, (_, i) => ask(grafana.identity({ username: `user${i}` }))));
    expect(grafana.asked).toEqual(['http://grafana:3000/api/signing-keys/keys']);
  });

  it('gives a viewer’s rights where Grafana has no address or cannot be reached', async () => {
    const unknown = setUp({ grafanaUrl: undefined });
    expect(await unknown.ask(unknown.grafana.identity({ role: 'Admin' }))).toEqual({ identity: { role: 'viewer' } });
    const { grafana, clock, ask } = setUp();
    grafana.isReachable = false;
    const admin = grafana.identity({ role: 'Admin' });
    expect(await ask(admin)).toEqual({ identity: { role: 'viewer' } });
    grafana.isReachable = true;
    expect((await ask(admin)).identity.role).toBe('viewer'); // it is not asked again at once
    clock.pass(10_000);
    expect((await ask(admin)).identity.role).toBe('admin');
  });

  it('is verified with the keys that were had before while Grafana is away', async () => {
    const { grafana, clock, ask } = setUp();
    await ask(grafana.identity());
    grafana.isReachable = false;
    clock.pass(2 * 3_600_000);
    const later = NOW_S + 2 * 3600;
    expect((await ask(grafana.identity({ role: 'Editor', exp: later + 600 }))).identity.role).toBe('operator');
  });

  it('gives a viewer’s rights where Grafana answers nonsense', async () => {
    for (const nonsense of [null, 'keys', { keys: [{ kid: 'id-2026-01-es256', kty: 'EC', crv: 'P-256', x: '!' }] }]) {
      const { grafana, ask } = setUp({ fetchKeys: async () => nonsense });
      expect(await ask(grafana.identity({ role: 'Admin' }))).toEqual({ identity: { role: 'viewer' } });
    }
  });

  it('may be signed with a key that is new', async () => {
    const { grafana, clock, ask } = setUp();
    await ask(grafana.identity());
    grafana.addKey('id-2026-02-es256');
    clock.pass(10_000);
    expect(await ask(grafana.identity({ role: 'Editor' }, { kid: 'id-2026-02-es256' }))).toMatchObject({
      identity: { role: 'operator' },
    });
  });

  it('does not let unknown keys send us to Grafana again and again', async () => {
    const { grafana, ask } = setUp();
    for (let i = 0; i < 20; i++)
      await expect(ask(grafana.identity({}, { kid: `made-up-${i}` }))).rejects.toMatchObject({ code: 'forbidden' });
    expect(grafana.asked).toHaveLength(1);
  });

  it.each<[string, (grafana: Grafana) => string]>([
    ['is no JWT', () => 'hello'],
    ['is no JWT', () => 'a.b.c'],
    ['is not signed with ES256', grafana => grafana.identity({}, { alg: 'none' })],
    ['is not signed with ES256', grafana => grafana.identity({}, { alg: 'HS256' })],
    ['is not an identity', grafana => grafana.identity({}, { typ: 'at+jwt' })],
    ['is not signed by Grafana', grafana => forged(grafana.identity())],
    ['is not signed by Grafana', grafana => grafana.identity().replace(/\.[^.]*$/, '.')],
    ['is not signed by Grafana', () => new Grafana().identity()],
    ['has expired', grafana => grafana.identity({ exp: NOW_S - 60 })],
    ['has no end', grafana => grafana.identity({ exp: undefined })],
    ['is not valid yet', grafana => grafana.identity({ nbf: NOW_S + 61 })],
    ['is not valid yet', grafana => grafana.identity({ nbf: 'now' })],
  ])('is refused where it %s', async (why, make) => {
    const { grafana, ask } = setUp();
    await expect(ask(make(grafana))).rejects.toMatchObject({
      code: 'forbidden',
      message: `the identity in X-Grafana-Id ${why}`,
    });
  });

  it('is refused once it has expired, though it was verified before', async () => {
    const { grafana, clock, ask } = setUp();
    const identity = grafana.identity();
    await ask(identity);
    clock.pass(659_000);
    await ask(identity);
    clock.pass(1000);
    await expect(ask(identity)).rejects.toMatchObject({ message: 'the identity in X-Grafana-Id has expired' });
  });

  it('counts for nothing without the token', async () => {
    const { grafana, authenticator } = setUp();
    const asked = authenticator.authenticate({ 'x-grafana-id': grafana.identity({ role: 'Admin' }) });
    await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
  });
});

/** The same signature under the claims of an admin. */
function forged(identity: string): string {
  const [header, payload, signature] = identity.split('.');
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString());
  const raised = Buffer.from(JSON.stringify({ ...claims, role: 'Admin' })).toString('base64url');
  return [header, raised, signature].join('.');
}
