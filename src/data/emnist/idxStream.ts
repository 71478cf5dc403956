// Reads one IDX file from a stream of uncompressed bytes. Allocates at most the size in the header,
// or less when `limit` is set. Runs in Node and in the browser; the caller supplies the stream.

import { sizeOf } from '../../engine/shape.js';
import { DataError } from '../errors.js';
import { checkIdxLength, readIdxHeader } from './idx.js';
import type { IdxContents, IdxHeader, ParseIdxOptions } from './idx.js';

const MAX_HEADER_LENGTH = 16;

export interface ReadIdxStreamOptions extends ParseIdxOptions {
  /**
   * Number of images or labels to return, from the first. The rest is read and discarded, so that
   * damage is still detected. Default: all.
   */
  readonly limit?: number | undefined;
}

/**
 * Reads a whole file from its chunks. Errors of the stream itself are rethrown.
 *
 * @throws DataError for another kind of file, missing or surplus bytes, or images that are not
 *   28 x 28
 */
export async function readIdxStream(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadIdxStreamOptions,
): Promise<IdxContents> {
  let head: Uint8Array = new Uint8Array(0);
  let body: ValueCollector | null = null; // set once the header is complete
  for await (const chunk of chunks) {
    if (body !== null) {
      body.add(chunk);
      continue;
    }
    head = concatenate(head, chunk);
    if (head.length < MAX_HEADER_LENGTH) continue;
    body = new ValueCollector(readIdxHeader(head, options), options);
    body.add(head.subarray(body.header.headerLength));
  }
  if (body === null) {
    // A file of a few labels, or a truncated header.
    body = new ValueCollector(readIdxHeader(head, options), options);
    body.add(head.subarray(body.header.headerLength));
  }
  return body.contents();
}

/** Collects the values after a header. */
class ValueCollector {
  readonly header: IdxHeader;
  readonly #name: string;
  readonly #shape: readonly number[];
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(header: IdxHeader, { name, limit = Infinity }: ReadIdxStreamOptions) {
    const [count, ...itemShape] = header.shape;
    this.header = header;
    this.#name = name;
    this.#shape = [Math.min(count, limit), ...itemShape];
    this.#bytes = new Uint8Array(sizeOf(this.#shape));
  }

  add(chunk: Uint8Array): void {
    const { headerLength, totalLength } = this.header;
    if (headerLength + this.#length + chunk.length > totalLength) {
      throw new DataError(
        `${this.#name}: decompresses to more than the ${totalLength} bytes that its header declares, the file is damaged:` +
          ' download it again',
      );
    }
    const remaining = this.#bytes.length - this.#length;
    if (remaining > 0)
      this.#bytes.set(
        remaining < chunk.length ? chunk.subarray(0, remaining) : chunk,
        this.#length,
      );
    this.#length += chunk.length;
  }

  contents(): IdxContents {
    checkIdxLength(this.header, this.header.headerLength + this.#length, this.#name);
    return { count: this.header.shape[0], values: { shape: this.#shape, data: this.#bytes } };
  }
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const result = new Uint8Array(first.length + second.length);
  result.set(first);
  result.set(second, first.length);
  return result;
}
