// Concatenation of arrays, without a gradient.

import { concat } from '../../../../kernels/layout.js';
import { launch } from '../../launch.js';
import type { NdArray } from '../../ndarray.js';
import { splitAtAxis } from '../../shape.js';

/** a followed by b along `axis`; all other axes are equal. */
export function concatArrays(a: NdArray, b: NdArray, axis: number): NdArray {
  const { size: sizeA, inner } = splitAtAxis(a.shape, axis);
  const sizeB = b.shape[axis];
  return launch(concat, [a, b], a.shape.with(axis, sizeA + sizeB), { sizeA, sizeB, inner });
}

/** Joins arrays along an axis, in pairs. */
export function joinArrays(arrays: readonly NdArray[], axis: number): NdArray {
  if (arrays.length === 1) return arrays[0];
  const middle = Math.ceil(arrays.length / 2);
  return concatArrays(
    joinArrays(arrays.slice(0, middle), axis),
    joinArrays(arrays.slice(middle), axis),
    axis,
  );
}
