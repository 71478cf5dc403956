// Number formats of safetensors files: how each is read, and how four of them are written.

import { FormatError } from '../../engine/errors.js';

/** A number format that can be read. All formats are little-endian. */
export interface ElementType {
  /** Bytes per element. */
  readonly bytes: number;
  /** Whether the format has values that float32 cannot represent. */
  readonly wide: boolean;
  readonly read: (view: DataView, at: number) => number;
}

/** A number format that can be written. */
export interface WrittenType {
  readonly bytes: number;
  readonly write: (view: DataView, at: number, value: number) => void;
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

const words = new DataView(new ArrayBuffer(8));

/** The largest finite half-precision number. */
export const LARGEST_HALF = 65504;

/**
 * Rounds a number to half precision, ties to even. Magnitudes of 65520 and above become infinity.
 *
 * @returns 16 bits
 * @see IEEE 754-2019, 4.3.1, roundTiesToEven
 */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  words.setFloat64(0, size);
  // Numbers below 2^-14 are subnormal, with a constant step.
  const exponent = Math.max((words.getUint32(0) >>> 20) - 1023, -14);
  const steps = size / 2 ** (exponent - 10); // exact: only the exponent changes
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
  // Rounding up to 2,048 steps carries into the exponent.
  const bits = (exponent + 14) * 1024 + rounded;
  return sign | Math.min(bits, 0x7c00);
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat(bits: number): number {
  words.setUint32(0, bits << 16);
  return words.getFloat32(0);
}

function fromBigInt(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new FormatError(
      `safetensors: the integer ${value.toString()} is too large to be represented exactly`,
    );
  }
  return number;
}

/** Readable formats by their names in the header. */
export const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map([
  ['F64', { bytes: 8, wide: true, read: (view, at) => view.getFloat64(at, true) }],
  ['F32', { bytes: 4, wide: false, read: (view, at) => view.getFloat32(at, true) }],
  ['F16', { bytes: 2, wide: false, read: (view, at) => fromHalf(view.getUint16(at, true)) }],
  ['BF16', { bytes: 2, wide: false, read: (view, at) => fromBfloat(view.getUint16(at, true)) }],
  ['I64', { bytes: 8, wide: true, read: (view, at) => fromBigInt(view.getBigInt64(at, true)) }],
  ['I32', { bytes: 4, wide: true, read: (view, at) => view.getInt32(at, true) }],
  ['I8', { bytes: 1, wide: false, read: (view, at) => view.getInt8(at) }],
  ['U8', { bytes: 1, wide: false, read: (view, at) => view.getUint8(at) }],
] satisfies [string, ElementType][]);

/** Formats that `encodeSafetensors` writes, wide ones first, so that all arrays stay aligned. */
export const WRITTEN_TYPES = {
  F64: { bytes: 8, write: (view, at, value) => view.setFloat64(at, value, true) },
  F32: { bytes: 4, write: (view, at, value) => view.setFloat32(at, value, true) },
  F16: { bytes: 2, write: (view, at, value) => view.setUint16(at, toHalf(value), true) },
  I8: { bytes: 1, write: (view, at, value) => view.setInt8(at, value) },
} satisfies Record<string, WrittenType>;
