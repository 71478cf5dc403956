// Elements of MATLAB 5 files: structs and arrays of numbers. Bytes in, values out.
//
//   header: 116 bytes of text, version 0x0100 and `IM` at byte 124
//   element: type, length (32 bits each), data, padding to 8 bytes; if the length and the type fit
//   into one number of 32 bits each half, up to 4 bytes of data follow directly
//   (MathWorks, "MAT-File Format", R2023b, chapter 1)
//
// Own parser: the packages for this format are unmaintained, or have a license (GPL) that is
// incompatible with this project's.

import { DataError } from '../../../data/errors.js';
import { sizeOf } from '../../../engine/shape.js';
import type { HostArray } from './npy.js';

/** A value: a 1 x 1 struct, an array of numbers in column-major order, or another value. */
export type MatValue =
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, MatValue> }
  | ({ readonly kind: 'numbers' } & HostArray)
  | { readonly kind: 'other' };

const HEADER_BYTES = 128;
/** Types of elements. */
const [INT8, INT32, UINT32, MATRIX, COMPRESSED] = [1, 5, 6, 14, 15];
/** Classes of matrices. */
const [STRUCT, FIRST_NUMBER, LAST_NUMBER] = [2, 6, 15];
const COMPLEX = 0x0800;
const MAX_DEPTH = 8;
/** Maximum size of a decompressed variable: ByClass, the largest split, has 640 MB. */
const MAX_BYTES = 2 ** 30;

/** Bytes per number and conversion from a copy of the bytes, by type of element. */
const NUMBERS: Readonly<Record<number, (buffer: ArrayBuffer) => HostArray['data']>> = {
  1: (buffer) => new Int8Array(buffer),
  2: (buffer) => new Uint8Array(buffer),
  3: (buffer) => new Int16Array(buffer),
  4: (buffer) => new Uint16Array(buffer),
  5: (buffer) => new Int32Array(buffer),
  6: (buffer) => new Uint32Array(buffer),
  7: (buffer) => new Float32Array(buffer),
  9: (buffer) => new Float64Array(buffer),
  12: (buffer) => Float64Array.from(new BigInt64Array(buffer), Number),
  13: (buffer) => Float64Array.from(new BigUint64Array(buffer), Number),
};

/**
 * Reads the variables of a file.
 *
 * @param name the file name used in messages
 * @throws DataError if the file is damaged or of another version
 */
export async function readMat(
  bytes: Uint8Array,
  name: string,
): Promise<ReadonlyMap<string, MatValue>> {
  const text = String.fromCharCode(...bytes.subarray(0, 19));
  if (text.startsWith('MATLAB 7.3') || text.startsWith('\x89HDF')) {
    throw new DataError(`${name}: is a MATLAB 7.3 (HDF5) file; save it in MATLAB with -v7`);
  }
  if (bytes.length < HEADER_BYTES || !(bytes[126] === 0x49 && bytes[127] === 0x4d)) {
    throw new DataError(
      `${name}: is not a MATLAB 5 file of a little-endian computer; use the .mat files of the ` +
        'EMNIST archive',
    );
  }
  const variables = new Map<string, MatValue>();
  const reader = new ElementReader(bytes.subarray(HEADER_BYTES), name);
  while (reader.hasMore) {
    let element = reader.next();
    if (element.type === COMPRESSED) {
      element = new ElementReader(await inflate(element.data, name), name).next();
    }
    if (element.type !== MATRIX) continue;
    const { label, value } = readMatrix(element.data, name, 0);
    variables.set(label, value);
  }
  return variables;
}

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Reads consecutive elements and checks their lengths. */
class ElementReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #name: string;
  #position = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#name = name;
  }

  get hasMore(): boolean {
    return this.#position < this.#bytes.length;
  }

  next(): Element {
    this.#check(8);
    const first = this.#view.getUint32(this.#position, true);
    const smallLength = first >>> 16;
    const isSmall = smallLength !== 0;
    const type = isSmall ? first & 0xffff : first;
    const length = isSmall ? smallLength : this.#view.getUint32(this.#position + 4, true);
    const start = this.#position + (isSmall ? 4 : 8);
    this.#check(start - this.#position + (isSmall ? 4 : length));
    const data = this.#bytes.subarray(start, start + length);
    // Compressed elements have no padding.
    const end = isSmall ? start + 4 : start + length;
    this.#position = type === COMPRESSED ? end : Math.ceil(end / 8) * 8;
    return { type, data };
  }

  /** The next element, which must have a type. */
  expect(type: number): Uint8Array {
    const element = this.next();
    if (element.type === type) return element.data;
    throw this.#damaged(`an element of type ${element.type} instead of ${type}`);
  }

  /** The next element as numbers. */
  numbers(): HostArray['data'] {
    const { type, data } = this.next();
    if (!Object.hasOwn(NUMBERS, type)) throw this.#damaged(`numbers of type ${type}`);
    const { BYTES_PER_ELEMENT: bytes } = NUMBERS[type](new ArrayBuffer(0)) as Uint8Array;
    if (data.length % bytes !== 0) throw this.#damaged(`${data.length} bytes of type ${type}`);
    return NUMBERS[type](Uint8Array.from(data).buffer);
  }

  #check(count: number): void {
    if (this.#position + count <= this.#bytes.length) return;
    throw new DataError(
      `${this.#name}: ends ${this.#position + count - this.#bytes.length} bytes too early; it is ` +
        'truncated, download it again',
    );
  }

  #damaged(found: string): DataError {
    return new DataError(`${this.#name}: contains ${found}; it is damaged, download it again`);
  }
}

/** A matrix: flags, dimensions, name, then the contents. */
function readMatrix(
  bytes: Uint8Array,
  name: string,
  depth: number,
): { label: string; value: MatValue } {
  const other = { label: '', value: { kind: 'other' } } as const;
  if (bytes.length === 0) return other; // an empty field
  if (depth > MAX_DEPTH) {
    throw new DataError(`${name}: structs are nested more than ${MAX_DEPTH} deep; is it damaged?`);
  }
  const reader = new ElementReader(bytes, name);
  const flags = int32s(reader.expect(UINT32))[0];
  const shape = int32s(reader.expect(INT32));
  const label = String.fromCharCode(...reader.expect(INT8).subarray(0, 64));
  const matrixClass = flags & 0xff;
  if (matrixClass === STRUCT && sizeOf(shape) === 1) {
    return { label, value: { kind: 'struct', fields: readFields(reader, name, depth) } };
  }
  const isNumeric = matrixClass >= FIRST_NUMBER && matrixClass <= LAST_NUMBER;
  if (!isNumeric || (flags & COMPLEX) !== 0) return { ...other, label };
  const data = reader.numbers();
  if (data.length !== sizeOf(shape)) {
    throw new DataError(
      `${name}: an array of ${shape.join(' x ')} has ${data.length} numbers; the file is damaged, ` +
        'download it again',
    );
  }
  return { label, value: { kind: 'numbers', shape, data } };
}

function readFields(reader: ElementReader, name: string, depth: number): Map<string, MatValue> {
  const length = int32s(reader.expect(INT32))[0];
  const names = reader.expect(INT8);
  const fields = new Map<string, MatValue>();
  if (!(length > 0)) return fields;
  for (let start = 0; start + length <= names.length; start += length) {
    const [field] = String.fromCharCode(...names.subarray(start, start + length)).split('\0');
    fields.set(field, readMatrix(reader.expect(MATRIX), name, depth + 1).value);
  }
  return fields;
}

function int32s(data: Uint8Array): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Array.from({ length: data.length >> 2 }, (_, i) => view.getInt32(4 * i, true));
}

/** Decompresses zlib data up to a size limit. */
async function inflate(compressed: Uint8Array, name: string): Promise<Uint8Array> {
  const stream = new Blob([Uint8Array.from(compressed)])
    .stream()
    .pipeThrough(new DecompressionStream('deflate'));
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = stream.getReader(); // Safari cannot iterate over a stream
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      length += next.value.length;
      if (length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    }
  } catch (error) {
    throw new DataError(
      `${name}: the compressed data is damaged or truncated (${(error as Error).message}); ` +
        'download it again',
    );
  }
  const result = new Uint8Array(length);
  let position = 0;
  for (const chunk of chunks) {
    result.set(chunk, position);
    position += chunk.length;
  }
  return result;
}
