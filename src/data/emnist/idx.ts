// Parser of IDX headers, the file format of MNIST and EMNIST: a big-endian header, then one
// byte per value. Pure functions over bytes, for Node and the browser. Streams are in
// idxStream.ts; files and decompression in Node are in idxFile.ts. Classes and EMNIST's
// transposition are handled elsewhere.
//
//   bytes 0-1  zero        byte 2  element type, 8 = unsigned byte        byte 3  number of axes
//   then one 32-bit size per axis, then the values, last axis fastest
//   (https://yann.lecun.com/exdb/mnist, "the IDX file format")

import { format, sizeOf } from '../../engine/shape.js';
import { DataError } from '../errors.js';

export const IMAGE_SIDE = 28;
export const IMAGE_PIXELS = IMAGE_SIDE * IMAGE_SIDE;

/**
 * Item count of the largest EMNIST files, the training part of ByClass and ByMerge (table II
 * of the paper).
 */
const MAX_ITEMS = 697_932;

/** What an EMNIST file contains. */
export type IdxKind = 'images' | 'labels';

const KINDS = {
  images: { magic: 0x00000803, axes: 3 },
  labels: { magic: 0x00000801, axes: 1 },
} as const;

/** Detects files that users often supply in place of an IDX file, by their first bytes. */
const KNOWN_WRONG_FORMATS: readonly {
  readonly matches: (bytes: Uint8Array) => boolean;
  readonly problem: string;
}[] = [
  { matches: isGzip, problem: 'is gzip-compressed: decompress it with gunzip first' },
  {
    matches: (bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b, // "PK"
    problem: 'looks like a ZIP archive: extract the files with  inkgrad data fetch --from FILE',
  },
  {
    matches: (bytes) => /^\s*<(!doctype|html|head|\?xml)/i.test(leadingText(bytes)),
    problem:
      'looks like an HTML page: the server sent a web page instead of the file, download it again',
  },
];

/** True if the bytes begin with the gzip signature (RFC 1952, section 2.3.1). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The error for gzip data that cannot be decompressed; `reason` is what the decompressor threw. */
export function damagedGzip(name: string, reason: unknown): DataError {
  const cause = reason instanceof Error ? reason.message : String(reason);
  return new DataError(
    `${name}: the gzip data is damaged or truncated (${cause}); download it again`,
  );
}

function leadingText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 64));
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

function wrongMagic(bytes: Uint8Array, magic: number, options: ParseIdxOptions): DataError {
  const { name, expect } = options;
  const match = KNOWN_WRONG_FORMATS.find(({ matches }) => matches(bytes));
  if (match) return new DataError(`${name}: ${match.problem}`);
  const otherKind = expect === 'images' ? 'labels' : 'images';
  const hint =
    magic === KINDS[otherKind].magic
      ? `this is a file of ${otherKind}: check that the two names are not swapped`
      : 'this is not an IDX file of bytes: download it again';
  return new DataError(
    `${name}: begins with ${hex(magic)}, but IDX ${expect} begin with ${hex(KINDS[expect].magic)}; ${hint}`,
  );
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

/** The contents of an IDX file and the name that error messages use. */
export interface NamedIdx extends IdxContents {
  readonly name: string;
}

/** Options of `parseIdx`. */
export interface ParseIdxOptions {
  /** The file name used in error messages. */
  readonly name: string;
  /** What the file must contain. */
  readonly expect: IdxKind;
}

/** The contents of an IDX header. */
export interface IdxHeader {
  /** `[n, 28, 28]` or `[n]`. */
  readonly shape: readonly number[];
  /** Bytes before the first value. */
  readonly headerLength: number;
  /** Bytes of the whole file. */
  readonly totalLength: number;
}

/**
 * Parses the header.
 *
 * @param bytes the file's first 16 bytes, or all of them if there are fewer
 * @throws DataError for another kind of file, or for sizes that no EMNIST file has
 */
export function readIdxHeader(bytes: Uint8Array, options: ParseIdxOptions): IdxHeader {
  const { name, expect } = options;
  const { magic: expectedMagic, axes } = KINDS[expect];
  const headerLength = 4 + 4 * axes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4) {
    const magic = view.getUint32(0);
    if (magic !== expectedMagic) throw wrongMagic(bytes, magic, options);
  }
  if (bytes.length < headerLength) {
    throw new DataError(
      `${name}: an IDX header of ${expect} takes ${headerLength} bytes, but the file has only ${bytes.length};` +
        ' it is truncated, download it again',
    );
  }
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (expect === 'images' && (shape[1] !== IMAGE_SIDE || shape[2] !== IMAGE_SIDE)) {
    throw new DataError(
      `${name}: contains images of ${shape[1]} x ${shape[2]} pixels, but EMNIST images are 28 x 28;` +
        ' the header is damaged or this is another data set',
    );
  }
  if (shape[0] > MAX_ITEMS) {
    throw new DataError(
      `${name}: the header declares ${shape[0]} ${expect}, but no EMNIST file has more than ${MAX_ITEMS};` +
        ' the header is damaged, download it again',
    );
  }
  return { shape, headerLength, totalLength: headerLength + sizeOf(shape) };
}

/**
 * Parses a whole EMNIST or MNIST file of images or labels, decompressed. The values are a view of
 * the bytes.
 *
 * @throws DataError for another kind of file, missing or surplus bytes, or images that are not
 *   28 x 28
 * @see https://yann.lecun.com/exdb/mnist
 * @example
 * // Two labels: magic number, number of labels, labels.
 * const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 3);
 * print(parseIdx(bytes, { name: 'labels', expect: 'labels' }).values.data); // [7, 3]
 */
export function parseIdx(bytes: Uint8Array, options: ParseIdxOptions): NamedIdx {
  const header = readIdxHeader(bytes, options);
  checkIdxLength(header, bytes.length, options.name);
  const { shape, headerLength } = header;
  return {
    name: options.name,
    count: shape[0],
    values: { shape, data: bytes.subarray(headerLength) },
  };
}

/**
 * Checks the file length against the header.
 *
 * @throws DataError if the lengths differ
 */
export function checkIdxLength(
  { shape, totalLength }: IdxHeader,
  length: number,
  name: string,
): void {
  if (length === totalLength) return;
  const problem =
    length < totalLength
      ? 'it is truncated, download it again'
      : `${length - totalLength} bytes follow the last value, the file is damaged: download it again`;
  throw new DataError(
    `${name}: the header declares ${format(shape)}, which takes ${totalLength} bytes, but the file has ${length}; ${problem}`,
  );
}

/**
 * Checks that a file of images and a file of labels have the same number of items.
 *
 * @throws DataError if the counts differ
 */
export function checkSameCount(
  images: { readonly name: string; readonly count: number },
  labels: { readonly name: string; readonly count: number },
): void {
  if (images.count === labels.count) return;
  throw new DataError(
    `${images.name} contains ${images.count} images but ${labels.name} contains ${labels.count} labels;` +
      ' the two must come from the same split and part: download both again',
  );
}
