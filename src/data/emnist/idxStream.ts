// Reads one IDX file from a stream of uncompressed bytes. Allocates at most the size in the header,
// or less when `limit` is set. Runs in Node and in the browser; the caller supplies the stream.

import { sizeOf } from '../../engine/shape.js';
import { DataError } from '../errors.js';
import { checkIdxLength, readIdxHeader, type IdxHeader, type ParseIdxOptions } from './idx.js';

const LONGEST_HEADER = 16;

export interface ReadIdxStreamOptions extends ParseIdxOptions {
  /**
   * Number of images or labels to return, from the first. The rest is read and discarded, so that
   * damage is still detected. Default: all.
   */
  readonly most?: number | undefined;
}

/** The values read from a file. */
export interface IdxContents {
  /** Number of images or labels in the file. */
  readonly count: number;
  /**
   * The values, as stored: `[n, 28, 28]` or `[n]`. Not an `ndarray`: that package generates
   * code from strings, which the page's content security policy forbids.
   */
  readonly values: { readonly shape: readonly number[]; readonly data: Uint8Array };
}

/**
 * Reads a whole file from its chunks. Errors of the stream itself are rethrown.
 *
 * @throws DataError for another kind of file, missing or surplus bytes, or images that are not
 *   28 x 28
 */
export async function readIdxStream(
  pieces: AsyncIterable<Uint8Array>,
  options: ReadIdxStreamOptions,
): Promise<IdxContents> {
  let head: Uint8Array = new Uint8Array(0);
  let body: Body | null = null; // set once the header is complete
  for await (const piece of pieces) {
    if (body !== null) {
      body.add(piece);
      continue;
    }
    head = joined(head, piece);
    if (head.length < LONGEST_HEADER) continue;
    body = new Body(readIdxHeader(head, options), options);
    body.add(head.subarray(body.header.headerLength));
  }
  if (body === null) {
    // A file of a few labels, or a truncated header.
    body = new Body(readIdxHeader(head, options), options);
    body.add(head.subarray(body.header.headerLength));
  }
  return body.contents();
}

/** Collects the values after a header. */
class Body {
  readonly header: IdxHeader;
  readonly #name: string;
  readonly #shape: readonly number[];
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(header: IdxHeader, { name, most = Infinity }: ReadIdxStreamOptions) {
    const [count, ...rest] = header.shape;
    this.header = header;
    this.#name = name;
    this.#shape = [Math.min(count, most), ...rest];
    this.#bytes = new Uint8Array(sizeOf(this.#shape));
  }

  add(piece: Uint8Array): void {
    const { headerLength, totalLength } = this.header;
    if (headerLength + this.#length + piece.length > totalLength) {
      throw new DataError(
        `${this.#name}: decompresses to more than the ${totalLength} bytes that its header declares, the file is damaged:` +
          ' download it again',
      );
    }
    const room = this.#bytes.length - this.#length;
    if (room > 0)
      this.#bytes.set(room < piece.length ? piece.subarray(0, room) : piece, this.#length);
    this.#length += piece.length;
  }

  contents(): IdxContents {
    checkIdxLength(this.header, this.header.headerLength + this.#length, this.#name);
    return { count: this.header.shape[0], values: { shape: this.#shape, data: this.#bytes } };
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
