// Concatenation of arrays, without a gradient.

import { concat } from '../../../../kernels/layout.js';
import { filled, launch } from '../../launch.js';
import type { NdArray } from '../../ndarray.js';
import { defineRoutine } from '../../routine.js';
import { splitAtAxis } from '../../shape.js';

/** `size` is that of the result. */
type ConcatConstants = Readonly<Record<'outer' | 'size' | 'inner', number>>;

/**
 * Any number of arrays [outer, size of its own, inner] -> [outer, size, inner]. As a composition by
 * halves it copies O(n log n) elements; array by array it would copy O(n^2).
 */
export const concatRoutine = defineRoutine<ConcatConstants>({
  name: 'concat',
  outputs: ({ outer, size, inner }) => [[outer, size, inner]],
  compose: (arrays, { outer, inner }) => {
    const joined = joinHalves(
      arrays.map((array) => array.reshape([outer, array.size / (outer * inner), inner])),
    );
    return [arrays.length === 1 ? joined.unshared() : joined]; // the only array shares its storage
  },
});

function joinHalves(arrays: readonly NdArray[]): NdArray {
  if (arrays.length === 1) return arrays[0];
  if (arrays.length > 2) {
    const middle = Math.ceil(arrays.length / 2);
    return joinHalves([arrays.slice(0, middle), arrays.slice(middle)].map(joinHalves));
  }
  const [a, b] = arrays;
  const [sizeA, sizeB] = [a.shape[1], b.shape[1]];
  const [outer, , inner] = a.shape;
  return launch(concat, [a, b], [outer, sizeA + sizeB, inner], { sizeA, sizeB, inner });
}

/** The arrays one after the other along an axis, in a new array; all other axes are equal. */
export function joinArrays(arrays: readonly NdArray[], axis: number): NdArray {
  const size = arrays.reduce((sum, { shape }) => sum + shape[axis], 0);
  const shape = arrays[0].shape.with(axis, size);
  const { outer, inner } = splitAtAxis(shape, axis);
  const notEmpty = arrays.filter((array) => array.size > 0);
  if (notEmpty.length === 0) return filled(arrays[0].backend, shape, 0);
  return concatRoutine(notEmpty, { outer, size, inner })[0].reshape(shape);
}
