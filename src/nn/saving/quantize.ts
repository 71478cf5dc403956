// 8-bit quantization of weights, per row: w is approximately q * scale, with integers q from -127
// to 127 and one scale per row.
// A row is an output channel of a convolution or linear layer. 8-bit weights reduce file size and
// are never used for computation. A file stores two arrays: I8 under the weight's own name and F32
// under `NAME.scale`.
//
// Symmetric quantization with zero point 0: Jacob et al., "Quantization and Training of Neural
// Networks for Efficient Integer-Arithmetic-Only Inference", 2018. One scale per channel:
// Krishnamoorthi, arXiv:1806.08342, 2018, 3.1 and 3.2.

import { ArgumentError, FormatError } from '../../engine/errors.js';
import { format, sizeOf } from '../../engine/shape.js';
import type { SavedArray } from './safetensors.js';
import { rowMajor, type HostArray, type HostState } from './stateDict.js';

/**
 * Suffix of the name of a scale. A module's own array has such a name only if a parameter is called
 * `scale`.
 */
const SCALE_SUFFIX = '.scale';
/** The largest integer; -128 is excluded to keep the range symmetric. */
const MAX_QUANTIZED = 127;
/** The smallest normal float32. A row with a smaller scale is quantized to zeros. */
const MIN_SCALE = 2 ** -126;

/** Whether the scale is at least 0 and scale * q is finite in float32 for every byte q. */
function isScale(scale: number): boolean {
  return scale >= 0 && Math.fround(128 * scale) < Infinity;
}

/**
 * Quantizes some arrays to 8 bits: `scale = max|w| / 127` per row, `q = round(w / scale)`. The
 * error of an element is at most half a scale. A row of zeros has scale 0.
 *
 * @param select chooses the arrays to quantize; they must have rows
 * @returns all arrays: each selected one as two arrays, the others unchanged
 * @throws ArgumentError if a selected array has no axis or a non-finite element, or if a name ends
 *   in `.scale`
 *
 * @example
 * const weights = { w: { shape: [1, 2], data: [1, -0.5] } };
 * const bytes = encodeSafetensors(quantize(weights, () => true));
 * print(Object.keys(decodeSafetensors(bytes).tensors)); // [w.scale, w]
 */
export function quantize(
  arrays: HostState,
  select: (array: HostArray, name: string) => boolean,
): Record<string, HostArray> {
  const parts = Object.entries(arrays).map(([name, array]): [string, HostArray][] => {
    if (name.endsWith(SCALE_SUFFIX)) {
      throw new ArgumentError(
        `quantize: ${name} ends in ${SCALE_SUFFIX}, which is reserved; rename it, or keep float32`,
      );
    }
    if (!select(array, name)) return [[name, array]];
    const { quantized, scales } = quantizeRows(name, array);
    return [
      [name, { shape: array.shape, data: quantized }],
      [`${name}${SCALE_SUFFIX}`, { shape: [scales.length], data: scales }],
    ];
  });
  return Object.fromEntries(parts.flat());
}

function quantizeRows(
  name: string,
  array: HostArray,
): { quantized: Int8Array; scales: Float32Array } {
  if (array.shape.length === 0)
    throw new ArgumentError(`quantize: ${name} is a scalar and has no rows`);
  const data = rowMajor(array);
  const [rows] = array.shape;
  const width = sizeOf(array.shape.slice(1));
  const quantized = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [begin, end] = [row * width, (row + 1) * width];
    let largest = 0;
    // Math.max propagates NaN.
    for (let i = begin; i < end; i++) largest = Math.max(largest, Math.abs(data[i]));
    const scale = Math.fround(largest / MAX_QUANTIZED);
    if (!isScale(scale)) {
      throw new ArgumentError(
        `quantize: row ${row} of ${name} has magnitudes up to ${largest}, out of range; keep float32`,
      );
    }
    if (scale < MIN_SCALE) continue; // zeros
    scales[row] = scale;
    for (let i = begin; i < end; i++) quantized[i] = Math.round(data[i] / scale);
  }
  return { quantized, scales };
}

/**
 * Converts the 8-bit weights among the arrays of a file back to float32. Without 8-bit arrays, all
 * arrays are returned unchanged.
 *
 * @returns all arrays except the scales
 * @throws FormatError if the scale of an array is missing, has another shape, or contains anything
 *   but finite numbers of at least 0; or if a scale has no 8-bit array
 */
export function dequantize(
  arrays: Readonly<Record<string, SavedArray>>,
): Record<string, SavedArray> {
  const entries = Object.entries(arrays);
  const isQuantized = (name: string): boolean =>
    Object.hasOwn(arrays, name) && arrays[name].data instanceof Int8Array;
  if (!entries.some(([name]) => isQuantized(name))) return { ...arrays };

  const orphanScale = entries.find(
    ([name]) =>
      name.endsWith(SCALE_SUFFIX) && !isQuantized(name.slice(0, name.length - SCALE_SUFFIX.length)),
  );
  if (orphanScale !== undefined) {
    fail(orphanScale[0], 'is a scale, but its 8-bit array is missing');
  }
  return Object.fromEntries(
    entries
      .filter(([name]) => !name.endsWith(SCALE_SUFFIX))
      .map(([name, array]) => [
        name,
        isQuantized(name) ? dequantizeArray(name, array, arrays) : array,
      ]),
  );
}

function dequantizeArray(
  name: string,
  { shape, data }: SavedArray,
  arrays: Readonly<Record<string, SavedArray>>,
): SavedArray {
  const scaleName = `${name}${SCALE_SUFFIX}`;
  if (shape.length === 0) fail(name, 'is an 8-bit scalar; 8-bit weights need rows');
  if (!Object.hasOwn(arrays, scaleName))
    fail(name, `is 8-bit, but its scale ${scaleName} is missing`);
  const { shape: scaleShape, data: scales } = arrays[scaleName];
  const [rows] = shape;
  if (!(scales instanceof Float32Array)) fail(scaleName, 'must be float32');
  if (scaleShape.length !== 1 || scaleShape[0] !== rows) {
    fail(
      scaleName,
      `has shape ${format(scaleShape)}, expected ${format([rows])}, one scale per row`,
    );
  }
  const invalidRow = scales.findIndex((scale) => !isScale(scale));
  if (invalidRow !== -1) {
    const description = Number.isNaN(scales[invalidRow])
      ? 'not a number'
      : String(scales[invalidRow]);
    fail(
      scaleName,
      `must contain numbers from 0 to 2.6e36, but the scale of row ${invalidRow} is ${description}`,
    );
  }
  const width = sizeOf(shape.slice(1));
  const floats = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let i = row * width; i < (row + 1) * width; i++) floats[i] = data[i] * scales[row];
  }
  return { shape, data: floats };
}

function fail(name: string, reason: string): never {
  throw new FormatError(`8-bit weights: array ${JSON.stringify(name)} ${reason}`);
}
