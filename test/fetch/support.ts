// A small archive with the official file names, and a local server that serves it, correctly or
// with faults. The fetch tests never use the network.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import {
  EMNIST_SPLITS,
  fileName,
  mappingName,
  type EmnistSplit,
} from '../../src/data/emnist/splits.js';
import { Rng } from '../../src/engine/rng.js';
import { idxImages, idxLabels } from '../data/support.js';
import type { Member } from '../support/zip.js';

/**
 * The files of a split with a few images of noise, by name. Noise does not compress, so transfers
 * are long enough to cut.
 */
export function splitFiles(split: EmnistSplit, images = 120): Record<string, Buffer> {
  const { classes, firstLabel } = EMNIST_SPLITS[split];
  const rng = new Rng(5);
  const files: Record<string, Buffer> = {};
  for (const part of ['train', 'test'] as const) {
    const pixels = Uint8Array.from({ length: images * 784 }, () => Math.floor(rng.uniform() * 256));
    const labels = Array.from({ length: images }, (_, i) => firstLabel + (i % classes.length));
    files[`${fileName(split, part, 'images')}.gz`] = gzipSync(idxImages(pixels));
    files[`${fileName(split, part, 'labels')}.gz`] = gzipSync(idxLabels(labels));
  }
  const lines = classes.map((name, i) => `${firstLabel + i} ${name.charCodeAt(0)}\n`);
  files[mappingName(split)] = Buffer.from(lines.join(''));
  return files;
}

/**
 * The members of an archive: a member that is never requested, and the given files in the folder
 * `gzip/`.
 */
export function archiveMembers(files: Record<string, Buffer>): Member[] {
  const requested = Object.entries(files).map(([name, bytes], i) => ({
    path: `gzip/${name}`,
    bytes,
    method: i % 2 === 0 ? 8 : 0,
  }));
  return [
    { path: 'gzip/emnist-other.gz', bytes: Buffer.alloc(300_000, 'unwanted '), method: 0 },
    ...requested,
  ];
}

export interface ServerFaults {
  /** Ignores Range and sends the whole file. */
  readonly noRanges?: boolean;
  /** Sends no Content-Length. */
  readonly noLength?: boolean;
  /** Answers the first `failures` requests (default: all) with this status. */
  readonly status?: number;
  readonly failures?: number;
  /** Answers with status 200 and this page. */
  readonly page?: string;
  /** Breaks the connection after this many bytes of a response, `cuts` times (default: always). */
  readonly cutAfter?: number;
  readonly cuts?: number;
  /** Stops sending after this many bytes of a response, once, without closing the connection. */
  readonly stallAfter?: number;
  /** `changing`: another ETag for every request; `weak`: a weak ETag. */
  readonly etag?: 'changing' | 'weak';
  /** From the second request on, serves this file instead. */
  readonly then?: Buffer;
  /** Answers range requests with bytes from the start of the file. */
  readonly wrongRange?: boolean;
}

export interface TestServer {
  readonly url: string;
  /** The Range header of each request, or null. */
  readonly ranges: (string | null)[];
  /** Total number of bytes sent. */
  sent: number;
}

/** Serves one file until the test ends. */
export async function serve(file: Buffer, faults: ServerFaults = {}): Promise<TestServer> {
  const { noRanges, noLength, status, page, cutAfter, etag, wrongRange } = faults;
  let [failures, cuts, stalls, tags] = [faults.failures ?? Infinity, faults.cuts ?? Infinity, 1, 0];

  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    const { range, 'if-range': ifRange } = request.headers;
    state.ranges.push(range ?? null);
    if (status !== undefined && failures-- > 0) return void response.writeHead(status).end('no');
    if (page !== undefined) {
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    }
    const served = faults.then !== undefined && state.ranges.length > 1 ? faults.then : file;
    const tag = etag === 'weak' ? 'W/"1"' : etag === 'changing' ? `"${++tags}"` : '"1"';
    const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
    let body = served;
    response.setHeader('etag', tag);
    if (match && noRanges !== true && (ifRange === undefined || ifRange === tag)) {
      const [start, end] = [Number(match[1]), Math.min(Number(match[2]), served.length - 1)];
      if (start >= served.length) return void response.writeHead(416).end();
      const from = wrongRange === true ? 0 : start;
      body = served.subarray(from, from + end + 1 - start);
      response.statusCode = 206;
      response.setHeader(
        'content-range',
        `bytes ${from}-${from + body.length - 1}/${served.length}`,
      );
    }
    if (noLength !== true) response.setHeader('content-length', body.length);
    const isStalled =
      faults.stallAfter !== undefined && body.length > faults.stallAfter && stalls-- > 0;
    const isCut = cutAfter !== undefined && body.length > cutAfter && cuts-- > 0;
    const sent = isStalled
      ? body.subarray(0, faults.stallAfter)
      : isCut
        ? body.subarray(0, cutAfter)
        : body;
    state.sent += sent.length;
    if (isStalled) return void response.write(sent);
    if (isCut) return void response.write(sent, () => setTimeout(() => response.destroy(), 20));
    response.end(sent);
  };

  const server = createServer(respond);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const state: TestServer = { url: `http://127.0.0.1:${port}/gzip.zip`, ranges: [], sent: 0 };
  return state;
}
