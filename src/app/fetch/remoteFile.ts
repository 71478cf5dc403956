// A file on a web server, read by HTTP range requests that resume after a failure (RFC 9110,
// section 14). Without range support the file is downloaded as a whole.

import { open } from 'node:fs/promises';
import { DataError } from '../../data/errors.js';
import type { RangeSource } from './ranges.js';
import { ask, Broken, Tries, type RequestOptions } from './request.js';
import { FetchError, onDisk } from './networkErrors.js';

const HEAD_LENGTH = 64;
/** A try that transfers at least this many bytes resets the failure count. */
const FURTHER = 1e6;

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
  const found = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '');
  return found && { start: Number(found[1]), total: Number(found[2]) };
}

/** The strong ETag, or null. A weak tag promises equivalent content, not equal bytes. */
function strongTag(headers: Headers): string | null {
  const tag = headers.get('etag');
  return tag?.startsWith('"') === true ? tag : null;
}

/** Requests the first bytes, and derives the server's capabilities from the response. */
export async function probe(options: RequestOptions): Promise<Probe> {
  const tries = new Tries(options);
  for (;;) {
    try {
      const { status, headers, body, close } = await ask(options, {
        range: `bytes=0-${HEAD_LENGTH - 1}`,
      });
      if (status === 416) {
        close();
        throw new DataError(`${options.url}: is empty; pass another URL with --url`);
      }
      const pieces: Uint8Array[] = [];
      for await (const piece of body) {
        pieces.push(piece);
        if (pieces.reduce((sum, { length }) => sum + length, 0) >= HEAD_LENGTH) break;
      }
      const head = Buffer.concat(pieces).subarray(0, HEAD_LENGTH);
      const range = status === 206 ? contentRange(headers) : null;
      const length = headers.get('content-length');
      const whole = length === null ? null : Number(length);
      const size = status === 206 ? (range?.total ?? null) : whole;
      return { head, size, ranges: range?.start === 0, etag: strongTag(headers) };
    } catch (error) {
      await tries.afterFailure(error, false);
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
    const tries = new Tries(this.#options);
    for (let at = start; at < end;) {
      const begin = at;
      try {
        for await (const piece of await this.#stretch(at, end)) {
          const wanted = piece.subarray(0, end - at);
          at += wanted.length;
          yield wanted;
          if (at === end) return;
        }
        throw new Broken(`the stream ended ${end - at} bytes early`);
      } catch (error) {
        await tries.afterFailure(error, at - begin >= FURTHER);
      }
    }
  }

  /** Sends one request; a response with a different byte range is rejected. */
  async #stretch(start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
    const range = `bytes=${start}-${end - 1}`;
    const etag = this.#etag;
    const answer = await ask(
      this.#options,
      etag === null ? { range } : { range, 'if-range': etag },
    );
    const got = answer.status === 206 ? contentRange(answer.headers) : null;
    if (got?.start === start && got.total === this.size) return answer.body;
    answer.close();
    const sameSize = answer.headers.get('content-length') === String(this.size);
    if (answer.status === 200 && sameSize && etag !== null) {
      // The server sent the whole file because the tag differs. Servers behind one name often
      // disagree on the tag of the same file, so continue without it. If the bytes did change, the
      // checksums detect it.
      this.#etag = null;
      return this.#stretch(start, end);
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
  const tries = new Tries(options);
  for (;;) {
    const file = await onDisk(path, () => open(path, 'w'));
    try {
      const { headers, body } = await ask(options, {});
      const length = headers.get('content-length');
      const total = length === null ? null : Number(length);
      let done = 0;
      for await (const piece of body) {
        await onDisk(path, () => file.appendFile(piece));
        done += piece.length;
        onBytes(done, total);
      }
      if (total !== null && done !== total)
        throw new Broken(`the stream ended at ${done} of ${total} bytes`);
      return;
    } catch (error) {
      await tries.afterFailure(error, false);
    } finally {
      await file.close();
    }
  }
}
