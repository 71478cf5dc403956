// A static server on a free port: it serves a folder below a sub-path, with the page's policy as a
// header.

import { readFile } from 'node:fs/promises';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { contentSecurityPolicy } from '../../../scripts/contentSecurityPolicy.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.safetensors': 'application/octet-stream',
};

/** Pages may share memory between threads only if the host sends these two headers. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The site is not at the root of the host, so every address in it must be relative. */
const SUBPATH = '/some/folder/';

export interface SiteOptions {
  /** The folder to serve. */
  readonly folder: string;
  /** Whether pages are cross-origin isolated, which wasm threads need. Default false. */
  readonly isolated?: boolean;
  /** Content-Security-Policy of the header. Default: the one that built pages carry. */
  readonly policy?: string;
}

export interface Site {
  /** Address of the folder, e.g. `http://localhost:40123/some/folder/`. */
  readonly address: string;
  /** Requested paths that do not exist, except /favicon.ico, which a browser requests by itself. */
  readonly missing: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts the server. Besides the folder's files there is `checks.html`, an empty page that loads
 * `checks.js`.
 */
export async function serveSite({ folder, isolated = false, policy }: SiteOptions): Promise<Site> {
  const missing: string[] = [];
  const headers: OutgoingHttpHeaders = {
    'Cache-Control': 'no-store',
    ...(isolated ? ISOLATION : {}),
  };
  const contentOf = (name: string): Promise<Buffer> =>
    name === 'checks.html'
      ? Promise.resolve(Buffer.from(CHECKS_PAGE))
      : readFile(path.join(folder, name));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    // `URL` has resolved any `..`, so a name cannot lead out of the folder.
    const name = pathname.startsWith(SUBPATH) ? pathname.slice(SUBPATH.length) || 'index.html' : '';
    contentOf(name).then(
      (content) => {
        response.writeHead(200, {
          ...headers,
          'Content-Security-Policy': policy ?? contentSecurityPolicy(`/${name}`),
          'Content-Type': TYPES[path.extname(name)],
        });
        response.end(content);
      },
      () => {
        if (pathname !== '/favicon.ico') missing.push(pathname);
        response.writeHead(404, headers);
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}${SUBPATH}`,
    missing,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const CHECKS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>checks</title>
    <script type="module" src="./checks.js"></script>
  </head>
</html>
`;
