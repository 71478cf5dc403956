// Products over axes, and cumulative sums.

import { cumsumStep } from '../../../kernels/sort.js';
import { launch } from '../launch.js';
import { NdArray } from '../ndarray.js';
import { defineComposite, defineOp } from '../op.js';
import { checkOptions } from '../options.js';
import { defineRoutine } from '../routine.js';
import { anywhere, awayFromZero } from '../sample.js';
import * as shapes from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { mul, scaleShift } from './arithmetic.js';
import { sum, type ReduceOptions } from './reduce.js';
import { permute, reshape, slice } from './view.js';

type CumsumConstants = Readonly<Record<'outer' | 'size' | 'inner' | 'reverse', number>>;

/**
 * Cumulative sum along the middle axis of x [outer, size, inner], from the end if `reverse` is 1.
 * As a composition of steps it takes O(n log n) operations.
 */
export const cumsumRoutine = defineRoutine<CumsumConstants>({
  name: 'cumsum',
  outputs: ({ outer, size, inner }) => [[outer, size, inner]],
  compose: ([x], { outer, size, inner, reverse }) => {
    const shape = [outer, size, inner];
    let result = x.reshape(shape);
    // One step at least: the result must not share the storage of x.
    for (let distance = 1; distance < Math.max(size, 2); distance *= 2) {
      const scalars = { distance: reverse === 1 ? -distance : distance };
      const next = launch(cumsumStep, [result], shape, { size, inner }, scalars);
      result.dispose();
      result = next;
    }
    return [result];
  },
});

function cumulativeSum(x: NdArray, axis: number, reverse: 0 | 1): NdArray {
  const { outer, size, inner } = shapes.splitAtAxis(x.shape, axis);
  const [result] = cumsumRoutine([x], { outer, size, inner, reverse });
  return result.reshape(x.shape);
}

/** The op behind `cumsum`: one input of any shape; `axis` is non-negative. */
export const cumsumOp = defineOp<{ readonly axis: number }>({
  name: 'cumsum',
  infer: ([x]) => x,
  forward: ([x], { axis }) => cumulativeSum(x, axis, 0),
  // Element s is part of all sums from s on.
  backward: ({ grad, attributes: { axis } }) => [() => cumulativeSum(grad, axis, 1)],
  samples: [
    { title: 'rows', inputs: [anywhere(3, 7)], attributes: { axis: 1 } },
    { title: 'columns', inputs: [anywhere(6, 3)], attributes: { axis: 0 } },
    { title: 'middle axis', inputs: [anywhere(2, 5, 3)], attributes: { axis: 1 } },
    { title: 'size 1', inputs: [anywhere(3, 1)], attributes: { axis: 1 } },
  ],
});

/** Product along the last axis of x [outer, size], by halves: n - 1 multiplications. */
function productOfRows(x: Tensor): Tensor {
  const [outer, size] = x.shape;
  if (size === 0) return scaleShift(sum(x, { axes: 1 }), 1, 1); // 1, with a gradient
  if (size === 1) return mul(reshape(x, [outer]), 1); // a copy
  const half = Math.floor(size / 2);
  const product = productOfRows(mul(slice(x, 1, 0, half), slice(x, 1, half, 2 * half)));
  return size % 2 === 0 ? product : mul(product, reshape(slice(x, 1, size - 1), [outer]));
}

const with0 = { ...anywhere(3, 4), values: () => [1, 2, 0, 3, 0, 0, 5, 1, 2, -1, 3, 0.5] };

/** The op behind `prod`: the reduced axes stay as size 1; `axes` are sorted and non-negative. */
export const prodOp = defineComposite<{ readonly axes: readonly number[] }>({
  name: 'prod',
  compose: ([x], { axes }) => {
    const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
    const sizes = (some: readonly number[]): number =>
      shapes.sizeOf(some.map((axis) => x.shape[axis]));
    const rows = reshape(permute(x, [...kept, ...axes]), [sizes(kept), sizes(axes)]);
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    return reshape(productOfRows(rows), shape);
  },
  samples: [
    { title: 'all', inputs: [awayFromZero(2, 3)], attributes: { axes: [0, 1] } },
    { title: 'rows', inputs: [awayFromZero(3, 5)], attributes: { axes: [1] } },
    { title: 'outer axes', inputs: [awayFromZero(2, 3, 2)], attributes: { axes: [0, 2] } },
    { title: 'zeros', inputs: [with0], attributes: { axes: [1] } },
  ],
});

/**
 * Product over axes, by default all (a scalar); 1 over no elements. `keepDims` keeps the axes as
 * size 1. The gradient divides by nothing, so it is correct also where elements are 0.
 *
 * @throws ShapeError if an axis is out of range or occurs twice
 * @see https://pytorch.org/docs/stable/generated/torch.prod.html
 * @example
 * print(await scope(() => prod(tensor([[1, 2], [3, 4]]), { axes: 1 }).data())); // [2, 12]
 */
export function prod(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkTensor(x, 'prod: x');
  checkOptions('prod', options, { axes: true, keepDims: true });
  const { axes, keepDims = false } = options;
  const normalizedAxes = shapes.normalizeAxes(axes, x.shape.length, 'prod');
  const result = prodOp([x], { axes: normalizedAxes });
  if (keepDims) return result;
  return reshape(
    result,
    result.shape.filter((_, axis) => !normalizedAxes.includes(axis)),
  );
}

/**
 * Cumulative sum along one axis: y[s] = x[0] + ... + x[s]; same shape as x.
 *
 * One pass in float64 on wasm; on gpu and reference log2(n) passes over an axis of n elements.
 *
 * @throws ShapeError if the axis is out of range
 * @see https://pytorch.org/docs/stable/generated/torch.cumsum.html
 * @example
 * print(await scope(() => cumsum(tensor([1, 2, 3]), 0).data())); // [1, 3, 6]
 */
export function cumsum(x: Tensor, axis: number): Tensor {
  checkTensor(x, 'cumsum: x');
  return cumsumOp([x], { axis: shapes.normalizeAxis(axis, x.shape.length, 'cumsum') });
}
