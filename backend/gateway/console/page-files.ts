import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  // Shown by the browser as it is.
  '.md': 'text/plain; charset=utf-8',
};

/** A small file as it goes out: read and compressed once, when the notifier starts. */
export class PageFile {
  readonly #body: Buffer;
  readonly #zipped: Buffer;
  readonly #etag: string;
  readonly #type: string;

  constructor(path: string) {
    this.#body = readFileSync(path);
    this.#zipped = gzipSync(this.#body);
    this.#etag = `"${createHash('sha256').update(this.#body).digest('base64url').slice(0, 22)}"`;
    this.#type = CONTENT_TYPES[extname(path)] ?? 'application/octet-stream';
  }

  /** The browser asks each time whether it is still the same, so that a new version is seen at once. */
  send({ headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
    void reply.headers({ etag: this.#etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
    if (headers['if-none-match']?.includes(this.#etag)) return reply.code(304).send();
    void reply.type(this.#type);
    if (!/\bgzip\b/.test(headers['accept-encoding'] ?? '')) return reply.send(this.#body);
    return reply.header('content-encoding', 'gzip').send(this.#zipped);
  }
}

/** All files of one folder, by name. */
export function pageFiles(folder: string): ReadonlyMap<string, PageFile> {
  return new Map(readdirSync(folder).map(name => [name, new PageFile(join(folder, name))]));
}
