// The number formats that a safetensors file may hold, and how each is read into floats. Imports errors only.

import { FormatError } from '../engine/errors.js';

/** One number format. Everything is little-endian. */
export interface ElementType {
  /** Bytes an element. */
  readonly bytes: number;
  /** Whether float32 cannot hold every value. */
  readonly wide: boolean;
  readonly read: (view: DataView, at: number) => number;
}

/**
 * IEEE 754 half precision: 1 sign bit, 5 exponent bits, 10 fraction bits.
 *
 * @see https://en.wikipedia.org/wiki/Half-precision_floating-point_format
 */
function fromHalf(bits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24; // subnormal, or a signed zero
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const words = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function fromBfloat(bits: number): number {
  words.setUint32(0, bits << 16);
  return words.getFloat32(0);
}

function fromBigInt(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new FormatError(`safetensors: the integer ${value.toString()} is too large to be read exactly`);
  }
  return number;
}

/** By the name that the header gives them. */
export const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map([
  ['F64', { bytes: 8, wide: true, read: (view, at) => view.getFloat64(at, true) }],
  ['F32', { bytes: 4, wide: false, read: (view, at) => view.getFloat32(at, true) }],
  ['F16', { bytes: 2, wide: false, read: (view, at) => fromHalf(view.getUint16(at, true)) }],
  ['BF16', { bytes: 2, wide: false, read: (view, at) => fromBfloat(view.getUint16(at, true)) }],
  ['I64', { bytes: 8, wide: true, read: (view, at) => fromBigInt(view.getBigInt64(at, true)) }],
  ['I32', { bytes: 4, wide: true, read: (view, at) => view.getInt32(at, true) }],
  ['U8', { bytes: 1, wide: false, read: (view, at) => view.getUint8(at) }],
] satisfies [string, ElementType][]);
