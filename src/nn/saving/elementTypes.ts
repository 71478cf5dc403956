// Number formats of safetensors files: how each is read, and how four of them are written.

import { FormatError } from '../../engine/errors.js';

/** A number format that can be read. All formats are little-endian. */
export interface ElementType {
  /** Bytes per element. */
  readonly bytes: number;
  /** Whether the format has values that float32 cannot represent. */
  readonly wide: boolean;
  readonly read: (view: DataView, offset: number) => number;
}

/** A number format that can be written. */
export interface WrittenType {
  readonly bytes: number;
  readonly write: (view: DataView, offset: number, value: number) => void;
}

/**
 * IEEE 754 half precision: 1 sign bit, 5 exponent bits, 10 fraction bits.
 *
 * @see https://en.wikipedia.org/wiki/Half-precision_floating-point_format
 */
export function fromHalf(bits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24; // subnormal, or a signed zero
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(8));

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
  const magnitude = Math.abs(value);
  scratch.setFloat64(0, magnitude);
  // Numbers below 2^-14 are subnormal, with a constant step.
  const exponent = Math.max((scratch.getUint32(0) >>> 20) - 1023, -14);
  const steps = magnitude / 2 ** (exponent - 10); // exact: only the exponent changes
  const floor = Math.floor(steps);
  const remainder = steps - floor;
  const rounded = remainder > 0.5 || (remainder === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // Rounding up to 2,048 steps carries into the exponent.
  const bits = (exponent + 14) * 1024 + rounded;
  return sign | Math.min(bits, 0x7c00);
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
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
  ['F64', { bytes: 8, wide: true, read: (view, offset) => view.getFloat64(offset, true) }],
  ['F32', { bytes: 4, wide: false, read: (view, offset) => view.getFloat32(offset, true) }],
  [
    'F16',
    { bytes: 2, wide: false, read: (view, offset) => fromHalf(view.getUint16(offset, true)) },
  ],
  [
    'BF16',
    { bytes: 2, wide: false, read: (view, offset) => fromBfloat(view.getUint16(offset, true)) },
  ],
  [
    'I64',
    { bytes: 8, wide: true, read: (view, offset) => fromBigInt(view.getBigInt64(offset, true)) },
  ],
  ['I32', { bytes: 4, wide: true, read: (view, offset) => view.getInt32(offset, true) }],
  ['I8', { bytes: 1, wide: false, read: (view, offset) => view.getInt8(offset) }],
  ['U8', { bytes: 1, wide: false, read: (view, offset) => view.getUint8(offset) }],
] satisfies [string, ElementType][]);

/** Formats that `encodeSafetensors` writes, wide ones first, so that all arrays stay aligned. */
export const WRITTEN_TYPES = {
  F64: { bytes: 8, write: (view, offset, value) => view.setFloat64(offset, value, true) },
  F32: { bytes: 4, write: (view, offset, value) => view.setFloat32(offset, value, true) },
  F16: { bytes: 2, write: (view, offset, value) => view.setUint16(offset, toHalf(value), true) },
  I8: { bytes: 1, write: (view, offset, value) => view.setInt8(offset, value) },
} satisfies Record<string, WrittenType>;
