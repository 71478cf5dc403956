// Products over axes, and cumulative sums.

import { mul } from '../../../kernels/elementwise.js';
import { cumsumStep } from '../../../kernels/sort.js';
import { elementwise, filled, launch } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { checkOptions } from '../options.js';
import { defineRoutine } from '../routine.js';
import { anywhere, awayFromZero } from '../sample.js';
import * as shapes from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { joinArrays } from './internal/concatArrays.js';
import type { ReduceOptions } from './reduce.js';
import { reshape } from './view.js';

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

const times = (a: NdArray, b: NdArray): NdArray => elementwise(mul, [a, b]);

/** x [outer, size] as two halves, dense, and the last column if the size is odd. */
function halves(x: NdArray): readonly NdArray[] {
  const size = x.shape[1];
  const half = Math.floor(size / 2);
  const parts = [x.slice(1, 0, half), x.slice(1, half, 2 * half)].map((part) => part.dense());
  return size % 2 === 0 ? parts : [...parts, x.slice(1, size - 1, size)];
}

/** The product of each row, [outer, size] -> [outer, 1], by halves: n - 1 multiplications. */
function productByHalves(x: NdArray): NdArray {
  if (x.shape[1] === 1) return x;
  const [a, b, last] = halves(x) as readonly [NdArray, NdArray, NdArray | undefined];
  const product = productByHalves(times(a, b));
  return last === undefined ? product : times(product, last);
}

/** The product of each row of x [outer, size]. */
export const prodRowsRoutine = defineRoutine<Readonly<Record<'outer' | 'size', number>>>({
  name: 'prodRows',
  outputs: ({ outer }) => [[outer, 1]],
  compose: ([x], { outer, size }) => {
    if (size === 0) return [filled(x.backend, [outer, 1], 1)];
    // A copy if the result is a view of x, which shares its storage.
    return [productByHalves(x.reshape([outer, size])).unshared()];
  },
});

const productOfRows = (x: NdArray): NdArray =>
  prodRowsRoutine([x], { outer: x.shape[0], size: x.shape[1] })[0];

/**
 * The gradient of `productOfRows`: grad [outer, 1] times the other elements of the row. The product
 * of the halves is one factor of the gradient of either.
 */
function productOfRowsGrad(x: NdArray, grad: NdArray): NdArray {
  if (x.shape[1] === 1) return grad;
  if (x.size === 0) return x;
  const [a, b, last] = halves(x) as readonly [NdArray, NdArray, NdArray | undefined];
  const product = times(a, b);
  const gradProduct = productOfRowsGrad(product, last === undefined ? grad : times(grad, last));
  const gradHalves = [times(gradProduct, b), times(gradProduct, a)];
  const gradLast = last === undefined ? [] : [times(grad, productOfRows(product))];
  return joinArrays([...gradHalves, ...gradLast], 1);
}

/** x as [outer, size]: the axes of the product last. */
function asRows(x: NdArray, axes: readonly number[]): { rows: NdArray; order: readonly number[] } {
  const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const sizes = (some: readonly number[]): number =>
    shapes.sizeOf(some.map((axis) => x.shape[axis]));
  const order = [...kept, ...axes];
  return { rows: x.permute(order).reshape([sizes(kept), sizes(axes)]), order };
}

const with0 = { ...anywhere(3, 4), values: () => [1, 2, 0, 3, 0, 0, 5, 1, 2, -1, 3, 0.5] };

/** The op behind `prod`: the reduced axes stay as size 1; `axes` are sorted and non-negative. */
export const prodOp = defineOp<{ readonly axes: readonly number[] }>({
  name: 'prod',
  infer: ([x], { axes }) => x.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  forward: ([x], { axes }) => {
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    return productOfRows(asRows(x, axes).rows).reshape(shape);
  },
  // The product of all other elements, without a division: correct also where elements are 0.
  backward: ({ grad, inputs: [x], attributes: { axes } }) => [
    () => {
      const { rows, order } = asRows(x, axes);
      const gradRows = productOfRowsGrad(rows, grad.reshape([rows.shape[0], 1]));
      const permuted = gradRows.reshape(order.map((axis) => x.shape[axis]));
      return permuted.permute(order.map((_, axis) => order.indexOf(axis)));
    },
  ],
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
