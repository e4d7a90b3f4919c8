import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { consoleRoutes } from '../../../../backend/gateway/console/console-routes.ts';
import { testServer } from '../../../support/test-server.ts';

const PAGE = join(import.meta.dirname, '../../../../backend/gateway/console/page');
const html = readFileSync(join(PAGE, 'index.html'), 'utf8');
const modules = readdirSync(PAGE).filter(name => name.endsWith('.js'));

function site() {
  const { server } = testServer();
  consoleRoutes(server);
  return server;
}

describe('the console’s files', () => {
  it('come under a policy that allows nothing but their own origin', async () => {
    const { headers, statusCode } = await site().inject('/');
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['x-content-type-options']).toBe('nosniff');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.join()).not.toMatch(/unsafe|\*|http/);
  });

  it('have an icon for pages that name none', async () => {
    const { headers, statusCode } = await site().inject('/favicon.ico');
    expect([statusCode, headers['content-type']]).toEqual([200, 'image/svg+xml']);
  });

  it('are all there: whatever the page and its modules name is served, with its type', async () => {
    const server = site();
    const named = [...html.matchAll(/(?:src|href)="(\/console\/[\w.-]+)"/g)].map(([, path]) => path!);
    for (const name of modules)
      for (const [, imported] of readFileSync(join(PAGE, name), 'utf8').matchAll(/from '\.\/([\w.-]+)'/g))
        named.push(`/console/${imported}`);
    expect(new Set(named).size).toBe(modules.length + 2); // and the style sheet, and the icon
    for (const path of new Set(named)) {
      const { headers, statusCode } = await server.inject(path);
      expect(statusCode, path).toBe(200);
      expect(headers['content-type'], path).toMatch(/^(text\/(javascript|css); charset=utf-8|image\/svg\+xml)$/);
      expect(headers['content-security-policy'], path).toContain("default-src 'none'");
    }
  });

  it('are asked for again each time, and answered by 304 while they are the same', async () => {
    const server = site();
    const first = await server.inject('/console/console.js');
    expect(first.headers['cache-control']).toBe('no-cache');
    const again = { url: '/console/console.js', headers: { 'if-none-match': String(first.headers.etag) } };
    expect(await server.inject(again)).toMatchObject({ statusCode: 304, body: '' });
    const other = { ...again, headers: { 'if-none-match': '"another"' } };
    expect((await server.inject(other)).statusCode).toBe(200);
  });

  it('come compressed to whoever takes that, and plain to others', async () => {
    const server = site();
    const zipped = await server.inject({ url: '/', headers: { 'accept-encoding': 'gzip, br' } });
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(html);
    expect((await server.inject('/')).body).toBe(html);
  });

  it('show the protocol and the help as text that cannot run', async () => {
    const { body, headers } = await site().inject('/console/docs/protocol');
    expect(headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
    expect(body).toContain('panelcast.v1');
  });
});

describe('the console’s page', () => {
  it('has no code and no style in itself', () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
    for (const [tag] of html.matchAll(/<script[^>]*>(?!<\/script>)/g)) expect(tag).toBe('');
  });

  it('has an element for every id that its modules look for', () => {
    const ids = new Set([...html.matchAll(/\sid="([\w-]+)"/g)].map(([, id]) => id));
    for (const name of modules)
      for (const [, id] of readFileSync(join(PAGE, name), 'utf8').matchAll(/byId\('([\w-]+)'\)/g))
        expect(ids.has(id!), `${name}: ${id}`).toBe(true);
  });

  it('needs less than 25 kB of code on the wire, and no file of it is long', () => {
    let bytes = 0;
    for (const name of modules) {
      const text = readFileSync(join(PAGE, name), 'utf8');
      bytes += gzipSync(text).length;
      expect(text.split('\n').length, name).toBeLessThan(250);
    }
    expect(bytes).toBeLessThan(25_000);
  });
});
