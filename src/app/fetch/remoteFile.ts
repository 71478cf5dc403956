// A file on a web server, read by HTTP range requests that resume after a failure (RFC 9110,
// section 14). Without range support the file is downloaded as a whole.

import { open } from 'node:fs/promises';
import { DataError } from '../../data/errors.js';
import type { RangeSource } from './ranges.js';
import { sendRequest, TransferError, RetryPolicy, type RequestOptions } from './request.js';
import { FetchError, withDiskErrors } from './networkErrors.js';

const HEAD_BYTES = 64;
/** A try that transfers at least this many bytes resets the failure count. */
const PROGRESS_BYTES = 1e6;

/** Properties of a remote file, determined before any of it is downloaded. */
export interface Probe {
  /** The first bytes: 64, or fewer if the file is shorter. */
  readonly head: Buffer;
  /** Size in bytes, or null if the server does not state it. */
  readonly size: number | null;
  /** Whether the server supports range requests. */
  readonly ranges: boolean;
  /** Version of the file (strong ETag), or null. */
  readonly etag: string | null;
}

/** Parses `bytes 0-63/561753746` into start and total; null for anything else. */
function contentRange(headers: Headers): { start: number; total: number } | null {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '');
  return match && { start: Number(match[1]), total: Number(match[2]) };
}

/** The strong ETag, or null. A weak tag promises equivalent content, not equal bytes. */
function strongTag(headers: Headers): string | null {
  const tag = headers.get('etag');
  return tag?.startsWith('"') === true ? tag : null;
}

/** Requests the first bytes, and derives the server's capabilities from the response. */
export async function probe(options: RequestOptions): Promise<Probe> {
  const retries = new RetryPolicy(options);
  for (;;) {
    try {
      const { status, headers, body, close } = await sendRequest(options, {
        range: `bytes=0-${HEAD_BYTES - 1}`,
      });
      if (status === 416) {
        close();
        throw new DataError(`${options.url}: is empty; pass another URL with --url`);
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) {
        chunks.push(chunk);
        if (chunks.reduce((sum, { length }) => sum + length, 0) >= HEAD_BYTES) break;
      }
      const head = Buffer.concat(chunks).subarray(0, HEAD_BYTES);
      const range = status === 206 ? contentRange(headers) : null;
      const length = headers.get('content-length');
      const fullSize = length === null ? null : Number(length);
      const size = status === 206 ? (range?.total ?? null) : fullSize;
      return { head, size, ranges: range?.start === 0, etag: strongTag(headers) };
    } catch (error) {
      await retries.waitBeforeRetry(error, false);
    }
  }
}

/** A remote file whose server supports range requests. */
export class RemoteFile implements RangeSource {
  readonly name: string;
  readonly size: number;
  readonly #options: RequestOptions;
  #etag: string | null;

  constructor(options: RequestOptions, size: number, etag: string | null) {
    this.name = options.url;
    this.size = size;
    this.#options = options;
    this.#etag = etag;
  }

  async *bytes(start: number, end: number): AsyncGenerator<Uint8Array> {
    const retries = new RetryPolicy(this.#options);
    for (let position = start; position < end;) {
      const tryStart = position;
      try {
        for await (const chunk of await this.#requestRange(position, end)) {
          const needed = chunk.subarray(0, end - position);
          position += needed.length;
          yield needed;
          if (position === end) return;
        }
        throw new TransferError(`the stream ended ${end - position} bytes early`);
      } catch (error) {
        await retries.waitBeforeRetry(error, position - tryStart >= PROGRESS_BYTES);
      }
    }
  }

  /** Sends one request; a response with a different byte range is rejected. */
  async #requestRange(start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
    const range = `bytes=${start}-${end - 1}`;
    const etag = this.#etag;
    const response = await sendRequest(
      this.#options,
      etag === null ? { range } : { range, 'if-range': etag },
    );
    const received = response.status === 206 ? contentRange(response.headers) : null;
    if (received?.start === start && received.total === this.size) return response.body;
    response.close();
    const sameSize = response.headers.get('content-length') === String(this.size);
    if (response.status === 200 && sameSize && etag !== null) {
      // The server sent the whole file because the tag differs. Servers behind one name often
      // disagree on the tag of the same file, so continue without it. If the bytes did change, the
      // checksums detect it.
      this.#etag = null;
      return this.#requestRange(start, end);
    }
    throw new FetchError(
      `${this.name}: the server sent a different range than requested; the file changed ` +
        'during the download, run the command again',
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Downloads a whole file from a server without range support; every try starts at the first byte.
 *
 * @param path target file; overwritten
 * @param onBytes called with the number of bytes on disk
 */
export async function downloadWhole(
  options: RequestOptions,
  path: string,
  onBytes: (done: number, total: number | null) => void,
): Promise<void> {
  const retries = new RetryPolicy(options);
  for (;;) {
    const file = await withDiskErrors(path, () => open(path, 'w'));
    try {
      const { headers, body } = await sendRequest(options, {});
      const length = headers.get('content-length');
      const total = length === null ? null : Number(length);
      let done = 0;
      for await (const chunk of body) {
        await withDiskErrors(path, () => file.appendFile(chunk));
        done += chunk.length;
        onBytes(done, total);
      }
      if (total !== null && done !== total)
        throw new TransferError(`the stream ended at ${done} of ${total} bytes`);
      return;
    } catch (error) {
      await retries.waitBeforeRetry(error, false);
    } finally {
      await file.close();
    }
  }
}
