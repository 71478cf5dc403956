// Concatenation of two arrays, without a gradient: the forward pass of concat and roll.

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
