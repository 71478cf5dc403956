// Bounds-checked reader for numbers and text in untrusted bytes.

import { FormatError } from '../../engine/errors.js';

const LINE_FEED = 10;
/** Maximum length of a line of text in bytes; the lines of a pickle are module names. */
const MAX_LINE = 1024;

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #source: string;
  #offset = 0;

  /** @param source name of the bytes in error messages */
  constructor(bytes: Uint8Array, source: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#source = source;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#offset;
  }

  /** Advances by `count` bytes and returns the offset of the first. */
  #advance(count: number): number {
    const remaining = this.#bytes.length - this.#offset;
    if (count > remaining) {
      throw new FormatError(
        `${this.#source}: needs ${count} bytes at byte ${this.#offset}, but only ${remaining} are left`,
      );
    }
    const start = this.#offset;
    this.#offset += count;
    return start;
  }

  take(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** A 64-bit length. Values above 2^53 are rounded, which is harmless: no file is that large. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** Big-endian, as in pickles. */
  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A little-endian integer in two's complement. */
  integer(count: number): bigint {
    const bytes = this.take(count);
    const magnitude = bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
    return BigInt.asIntN(8 * count, magnitude);
  }

  text(count: number): string {
    const start = this.#offset;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(count));
    } catch (error) {
      if (error instanceof FormatError) throw error;
      throw new FormatError(`${this.#source}: the text at byte ${start} is not UTF-8`);
    }
  }

  /** The text up to the next line feed, which is consumed too. */
  line(): string {
    const start = this.#offset;
    const length = this.#bytes.subarray(start, start + MAX_LINE).indexOf(LINE_FEED);
    if (length < 0) {
      throw new FormatError(
        `${this.#source}: the line at byte ${start} does not end within ${MAX_LINE} bytes`,
      );
    }
    const text = this.text(length);
    this.#advance(1);
    return text;
  }
}
