import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { previewRoutes } from '../../../../backend/gateway/console/preview-routes.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { testServer } from '../../../support/test-server.ts';

/** A server whose dist/ has these files; beside dist/ lies what must not be served. */
function site(files: Readonly<Record<string, string>>) {
  const root = tempDir();
  const dist = join(root, 'dist');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dist, name, '..'), { recursive: true });
    writeFileSync(join(dist, name), text);
  }
  const { server } = testServer();
  previewRoutes(server, dist);
  return server;
}

const BUILT = {
  'preview/index.html': '<title>preview</title>',
  'preview/assets/main-Ab12_xYz.js': 'export {}',
  'preview/build/img/icon.svg': '<svg/>',
  'module.js': 'plugin',
};

describe('the built preview', () => {
  it('says how to build it where it is not built, and is there as soon as it is', async () => {
    const server = site({ 'module.js': '' });
    const { body, statusCode } = await server.inject('/preview/');
    expect(statusCode).toBe(200);
    expect(body).toContain('npm run build');
    expect((await server.inject('/preview/assets/x.js')).statusCode).toBe(404);
  });

  it('is served with its types, the plugin below it', async () => {
    const server = site(BUILT);
    const page = await server.inject('/preview/?dashboard=a');
    expect(page.body).toBe(BUILT['preview/index.html']);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await server.inject('/preview/build/img/icon.svg')).headers['content-type']).toBe('image/svg+xml');
    expect((await server.inject('/preview/plugin/module.js')).body).toBe('plugin');
    expect(await server.inject('/preview')).toMatchObject({ statusCode: 308, headers: { location: '/preview/' } });
  });

  it('keeps files with a hash in their name for good, and asks for the others again', async () => {
    const server = site(BUILT);
    const hashed = await server.inject('/preview/assets/main-Ab12_xYz.js');
    expect(hashed.headers['cache-control']).toContain('immutable');
    const page = await server.inject('/preview/');
    expect(page.headers['cache-control']).toBe('no-cache');
    const headers = { 'if-none-match': String(page.headers.etag) };
    expect((await server.inject({ url: '/preview/', headers })).statusCode).toBe(304);
  });

  it('comes under a policy of its own, which lets Grafana’s bundles run and nothing from elsewhere', async () => {
    const policy = String((await site(BUILT).inject('/preview/')).headers['content-security-policy']);
    expect(policy).toContain("script-src 'self' 'unsafe-eval'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/http|\*/);
  });

  it.each([
    '/preview/../secret.txt',
    '/preview/..%2fsecret.txt',
    '/preview/%2e%2e/%2e%2e/secret.txt',
    '/preview/plugin/..%2fsecret.txt',
    '/preview/plugin/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/preview/a%00b',
    '/preview/assets',
    '/preview/plugin/',
  ])('gives nothing for %s', async url => {
    const { body, statusCode } = await site(BUILT).inject(url);
    expect(statusCode).toBeGreaterThanOrEqual(400);
    expect(body).not.toBe('secret');
  });
});
