// Arrays of NumPy's .npy files. Bytes in, numbers or text out; runs in a browser too.
//
//   \x93NUMPY, version, header length, header (a Python dict as text), then the elements
//   (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)
//
// Own parser: the maintained package (npyjs) also contains a network client, and rejects text and
// column-major arrays.

import { DataError } from '../../../data/errors.js';
import type { NumberArray } from '../../../data/loading/arrayDataset.js';
import { sizeOf } from '../../../engine/shape.js';
import { fromHalf } from '../../../nn/saving/elementTypes.js';

/** An array in row-major order: numbers, or texts. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: NumberArray | readonly string[];
}

const SIGNATURE = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** Bytes of the signature and the version. */
const PREFIX = 8;

/**
 * Reads an array.
 *
 * @param name the file name used in messages
 * @throws DataError if the file is damaged, or contains Python objects, dates or structures
 */
export function parseNpy(bytes: Uint8Array, name: string): HostArray {
  if (!SIGNATURE.every((value, i) => bytes[i] === value)) {
    throw new DataError(
      `${name}: does not begin with the signature of a .npy array; write it with numpy.save or ` +
        'numpy.savez',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lengthBytes = bytes[6] === 1 ? 2 : 4;
  const start = PREFIX + lengthBytes;
  if (bytes.length < start) throw truncated(name, start, bytes.length);
  const headerLength = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (bytes.length < start + headerLength) {
    throw truncated(name, start + headerLength, bytes.length);
  }
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + headerLength));
  const { type, shape, columnMajor } = parseHeader(header, name);
  const elements = bytes.subarray(start + headerLength);
  const expected = sizeOf(shape) * type.size;
  if (elements.length < expected) {
    throw truncated(name, start + headerLength + expected, bytes.length);
  }
  const data = decode(elements.subarray(0, expected), type);
  return columnMajor ? toRowMajor({ shape, data }) : { shape, data };
}

function truncated(name: string, expected: number, actual: number): DataError {
  return new DataError(
    `${name}: the array takes ${expected} bytes, but there are only ${actual}; it is truncated, ` +
      'download or write it again',
  );
}

interface ElementType {
  /** NumPy's letter: b, i, u, f or U. */
  readonly kind: string;
  /** Bytes per element. */
  readonly size: number;
  readonly bigEndian: boolean;
}

interface Header {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly columnMajor: boolean;
}

function parseHeader(header: string, name: string): Header {
  const descr = /'descr':\s*'([<>|=]?)([A-Za-z])(\d*)'/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header);
  const sizes = /'shape':\s*\(([\d\s,]*)\)/.exec(header);
  if (/'descr':\s*'\|?O'/.test(header)) {
    throw new DataError(
      `${name}: contains pickled Python objects, which are a program and are not executed; save ` +
        'it as an array of numbers',
    );
  }
  if (descr === null || order === null || sizes === null) {
    throw new DataError(
      `${name}: its header ${JSON.stringify(header.slice(0, 60).trim())} is not that of a plain ` +
        'array; save it as an array of numbers with numpy.save or numpy.savez',
    );
  }
  const [, byteOrder, kind, digits] = descr;
  const count = Number(digits);
  const known = `${kind}${count}`;
  const supported = /^(b1|[iu][1248]|f[248])$/.test(known) || (kind === 'U' && count > 0);
  if (!supported) {
    throw new DataError(
      `${name}: has elements of NumPy's type ${kind}${digits}, expected whole numbers, floats or ` +
        'text; convert it with astype',
    );
  }
  const shape = sizes[1].split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const type = { kind, size: kind === 'U' ? 4 * count : count, bigEndian: byteOrder === '>' };
  return { type, shape, columnMajor: order[1] === 'True' };
}

/** The elements as a typed array; 64-bit integers become floats, 16-bit floats 32-bit ones. */
function decode(stored: Uint8Array, { kind, size, bigEndian }: ElementType): HostArray['data'] {
  if (size === 1) {
    const { buffer, byteOffset, length } = stored; // may be a Buffer, which is not to be kept
    return kind === 'i'
      ? new Int8Array(buffer, byteOffset, length)
      : new Uint8Array(buffer, byteOffset, length);
  }
  const { buffer } = littleEndian(stored, kind === 'U' ? 4 : size, bigEndian);
  switch (`${kind}${size}`) {
    case 'i2':
      return new Int16Array(buffer);
    case 'u2':
      return new Uint16Array(buffer);
    case 'i4':
      return new Int32Array(buffer);
    case 'u4':
      return new Uint32Array(buffer);
    case 'i8':
      return Float64Array.from(new BigInt64Array(buffer), Number);
    case 'u8':
      return Float64Array.from(new BigUint64Array(buffer), Number);
    case 'f2':
      return Float32Array.from(new Uint16Array(buffer), fromHalf);
    case 'f4':
      return new Float32Array(buffer);
    case 'f8':
      return new Float64Array(buffer);
    default:
      return texts(new Uint32Array(buffer), size / 4);
  }
}

/** A copy whose elements of `size` bytes are little-endian. */
function littleEndian(
  stored: Uint8Array,
  size: number,
  bigEndian: boolean,
): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(stored);
  if (bigEndian) {
    for (let start = 0; start < copy.length; start += size) {
      copy.subarray(start, start + size).reverse();
    }
  }
  return copy;
}

/** Texts of a fixed number of code points, filled up with zeros. */
function texts(codePoints: Uint32Array, length: number): string[] {
  return Array.from({ length: codePoints.length / length }, (_, i) =>
    Array.from(codePoints.subarray(i * length, (i + 1) * length))
      .filter((code) => code > 0 && code <= 0x10ffff)
      .map((code) => String.fromCodePoint(code))
      .join(''),
  );
}

/** Reorders an array whose first axis is the fastest, as in Fortran and MATLAB. */
export function toRowMajor({ shape, data }: HostArray): HostArray {
  if (Array.isArray(data)) {
    const order = rowMajorOrder(shape);
    return { shape, data: Array.from(order, (index) => data[index] as string) };
  }
  const numbers = data as NumberArray;
  const result = new (numbers.constructor as new (length: number) => NumberArray)(numbers.length);
  let position = 0;
  for (const index of rowMajorOrder(shape)) result[position++] = numbers[index];
  return { shape, data: result };
}

/** The column-major index of each element, in row-major order. */
function* rowMajorOrder(shape: readonly number[]): Generator<number> {
  const steps = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const position = shape.map(() => 0);
  let index = 0;
  for (let count = sizeOf(shape); count > 0; count--) {
    yield index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index += steps[axis];
      if (++position[axis] < shape[axis]) break;
      index -= steps[axis] * shape[axis];
      position[axis] = 0;
    }
  }
}
