// A static server like a usual host: text and scripts compressed with gzip, other files as they are.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string | undefined>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

export interface Served {
  /** With a slash at the end. */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves a folder on a free port. Pages are cross-origin isolated. */
export async function serveFolder(folder: string): Promise<Served> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.slice(1) || 'index.html'; // `URL` has resolved any `..`
    readFile(join(folder, name)).then(
      (content) => {
        const type = TYPES[extname(name)];
        response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
        response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
        response.setHeader('Content-Type', type ?? 'application/octet-stream');
        if (type !== undefined) response.setHeader('Content-Encoding', 'gzip');
        const body = type === undefined ? content : gzipSync(content);
        response.setHeader('Content-Length', body.length);
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
