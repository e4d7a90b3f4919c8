import { createReadStream, statSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { CONTENT_TYPES } from './page-files.ts';

/** As loose as Grafana's bundles need: the loader evaluates the plugin's text, emotion writes styles, Monaco has a worker. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = { 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' } as const;

/** Names with a hash of their content in them: they never change. */
const HASHED = /-[\w-]{8}\.\w+$/;

/** Comes back by itself: `npm start` builds beside the notifier. */
const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<meta name="color-scheme" content="light dark"><title>Preview not built</title>
<h1>The dashboards are not built yet</h1>
<p>After <code>npm start</code> they are being built, which takes some ten seconds: this page loads itself again. Otherwise
run <code>npm run build &amp;&amp; npm run build:preview</code> in the folder of Panelcast. The console is <a href="/">here</a>.</p>
</html>`;

/**
 * The built preview of the dashboards, and below `plugin/` the built plugin that it loads, as Grafana would. Either may
 * be built while the notifier runs.
 */
export function previewRoutes(server: FastifyInstance, dist: string): void {
  server.get('/preview', (_request, reply) => reply.redirect('/preview/', 308));
  server.get<{ Params: { '*': string } }>('/preview/*', (request, reply) => {
    const name = request.params['*'];
    const path = name.startsWith(PLUGIN)
      ? fileIn(dist, name.slice(PLUGIN.length))
      : fileIn(join(dist, 'preview'), name);
    const file = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    void reply.headers(HEADERS);
    if (path === undefined || file === undefined || !file.isFile()) {
      if (name === '') return reply.type(CONTENT_TYPES['.html']!).send(NOT_BUILT);
      throw new PanelcastError('not-found', `there is no ${request.url.split('?', 1)[0]}`);
    }
    const etag = `"${file.size.toString(36)}-${file.mtimeMs.toString(36)}"`;
    const caching = HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
    void reply.headers({ etag, 'cache-control': caching });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply
      .type(CONTENT_TYPES[extname(path)] ?? 'application/octet-stream')
      .header('content-length', file.size)
      .send(createReadStream(path));
  });
}

const PLUGIN = 'plugin/';

/** Undefined for what would lead out of the folder. */
function fileIn(dir: string, name: string): string | undefined {
  if (name.includes('\0')) return undefined;
  const path = normalize(join(dir, name || 'index.html'));
  return path.startsWith(normalize(dir) + sep) ? path : undefined;
}
