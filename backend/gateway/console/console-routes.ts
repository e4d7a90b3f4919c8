import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { PACKAGE_ROOT } from '../../version.ts';
import { PageFile, pageFiles } from './page-files.ts';

/** Nothing but this notifier's own files, and no code or style inside the page itself. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

const DOCUMENTS = { readme: 'README.md', protocol: 'PROTOCOL.md' } as const;

/**
 * The console at `/`. The page has no secret in it, and asks for the token before it asks for anything that needs one,
 * so that it is served to everybody.
 */
export function consoleRoutes(server: FastifyInstance): void {
  const files = pageFiles(join(import.meta.dirname, 'page'));
  const serve = (path: string, file: PageFile): void => {
    server.get(path, (request, reply) => file.send(request, reply.headers(HEADERS)));
  };
  serve('/', files.get('index.html')!);
  for (const [name, file] of files) if (name !== 'index.html') serve(`/console/${name}`, file);
  serve('/favicon.ico', files.get('icon.svg')!); // browsers ask for it beside any page that names none
  for (const [name, document] of Object.entries(DOCUMENTS)) {
    const path = join(PACKAGE_ROOT, document);
    if (existsSync(path)) serve(`/console/docs/${name}`, new PageFile(path));
  }
}
