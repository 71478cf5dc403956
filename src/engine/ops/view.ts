// View operations: reshape, flatten, permute, transpose, expand, slice.
// Forward copies nothing, except in a reshape of an array that is not dense. Backward reverses the
// view.

import { addToSlice, sliceGrad } from '../../../kernels/layout.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { launch, launchInPlace } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { anywhere } from '../sample.js';
import * as shapes from '../shape.js';
import type { Shape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';

/** The op behind `reshape`; one size of `shape` may be -1. */
export const reshapeOp = defineOp<{ readonly shape: Shape }>({
  name: 'reshape',
  infer: ([x], { shape }) => shapes.resolveReshape(x, shape, 'reshape'),
  forward: ([x], { shape }) => x.reshape(shape),
  backward: ({ grad, inputs: [x] }) => [() => grad.reshape(x.shape)],
  samples: [
    { title: 'split an axis', inputs: [anywhere(4, 6)], attributes: { shape: [2, 2, -1] } },
    { title: 'to a row', inputs: [anywhere(2, 3)], attributes: { shape: [6] } },
  ],
});

/** The op behind `permute`: `order` contains each axis once. */
export const permuteOp = defineOp<{ readonly order: readonly number[] }>({
  name: 'permute',
  infer: ([x], { order }) => {
    const sorted = [...order].sort((a, b) => a - b);
    if (order.length !== x.length || !sorted.every((axis, index) => axis === index)) {
      throw new ShapeError(
        `permute: order ${shapes.format(order)} must contain each axis of ${shapes.format(x)} once`,
      );
    }
    return order.map((axis) => x[axis]);
  },
  forward: ([x], { order }) => x.permute(order),
  // Inverse permutation: axis i of the input is axis order.indexOf(i) of the output.
  backward: ({ grad, attributes: { order } }) => [
    () => grad.permute(order.map((_, axis) => order.indexOf(axis))),
  ],
  samples: [
    { title: 'matrix', inputs: [anywhere(3, 4)], attributes: { order: [1, 0] } },
    { title: 'four axes', inputs: [anywhere(2, 3, 4, 2)], attributes: { order: [0, 2, 3, 1] } },
    {
      title: 'eight axes',
      inputs: [anywhere(1, 2, 1, 3, 2, 1, 2, 2)],
      attributes: { order: [7, 3, 0, 1, 6, 4, 2, 5] },
    },
  ],
});

/** The op behind `expand`: `shape` is the broadcast shape. */
export const expandOp = defineOp<{ readonly shape: Shape }>({
  name: 'expand',
  infer: ([x], { shape }) => {
    shapes.checkShape(shape, 'expand');
    shapes.broadcastStrides(x, x, shape, 'expand'); // throws if x cannot be expanded
    return shape;
  },
  forward: ([x], { shape }) => x.expand(shape).view(),
  backward: ({ grad }) => [() => grad], // the backward pass sums over repeated axes
  samples: [
    { title: 'new axis', inputs: [anywhere(3)], attributes: { shape: [2, 3] } },
    { title: 'inner axis', inputs: [anywhere(2, 1, 2)], attributes: { shape: [2, 4, 2] } },
  ],
});

/** Attributes of `sliceOp`: the indices start, start + step, ... below end; all non-negative. */
export interface SliceAttributes {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The op behind `slice`. */
export const sliceOp = defineOp<SliceAttributes>({
  name: 'slice',
  infer: ([x], { axis, start, end, step }) => {
    if (!(Number.isInteger(step) && step >= 1))
      throw new ArgumentError(`slice: step must be at least 1, got ${step}`);
    const areIntegers = Number.isInteger(start) && Number.isInteger(end);
    if (!areIntegers || start < 0 || start > end || end > x[axis]) {
      throw new ShapeError(
        `slice: ${start} to ${end} is not within axis ${axis} of ${shapes.format(x)}`,
      );
    }
    return x.with(axis, Math.ceil((end - start) / step));
  },
  forward: ([x], { axis, start, end, step }) => x.slice(axis, start, end, step),
  backward: ({ grad, inputs: [x], output, attributes: { axis, start, step } }) => {
    const { size, inner } = shapes.splitAtAxis(x.shape, axis);
    const constants = { size, inner, start, step, count: output.shape[axis] };
    const gradient = (): NdArray => launch(sliceGrad, [grad], x.shape, constants);
    const addTo = (sum: NdArray): void => launchInPlace(addToSlice, sum, [grad], constants);
    return [Object.assign(gradient, { addTo })];
  },
  samples: [
    { title: 'rows', inputs: [anywhere(5, 3)], attributes: { axis: 0, start: 1, end: 4, step: 1 } },
    {
      title: 'every second column',
      inputs: [anywhere(2, 7)],
      attributes: { axis: 1, start: 1, end: 7, step: 2 },
    },
    {
      title: 'middle axis',
      inputs: [anywhere(2, 5, 3)],
      attributes: { axis: 1, start: 0, end: 5, step: 3 },
    },
    {
      title: 'one row',
      inputs: [anywhere(4, 2)],
      attributes: { axis: 0, start: 3, end: 4, step: 1 },
    },
  ],
});

/**
 * The same elements in another shape; one size may be -1. A view if x is dense, otherwise a copy.
 *
 * @throws ShapeError if the number of elements differs
 * @example
 * scope(() => print(reshape(zeros([2, 6]), [3, -1]).shape)); // [3, 4]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.reshape.html
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return reshapeOp([x], { shape });
}

/**
 * Joins all axes from `startAxis` on. Default 1, which keeps the batch axis: [N, ...] -> [N, size].
 *
 * @throws ShapeError if `startAxis` is out of range
 * @example
 * scope(() => print(flatten(zeros([8, 2, 3])).shape)); // [8, 6]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.flatten.html
 */
export function flatten(x: Tensor, startAxis = 1): Tensor {
  checkTensor(x, 'flatten: x');
  const axis = shapes.normalizeAxis(startAxis, x.shape.length, 'flatten');
  return reshape(x, [...x.shape.slice(0, axis), shapes.sizeOf(x.shape.slice(axis))]);
}

/**
 * The axes in another order: axis i of the result is axis `order[i]` of x. A view.
 *
 * @throws ShapeError unless `order` contains each axis once
 * @example
 * scope(() => print(permute(zeros([2, 3, 4]), [2, 0, 1]).shape)); // [4, 2, 3]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.permute.html
 */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  return permuteOp([x], { order });
}

/**
 * Swaps two axes, by default the last two (the transpose of a matrix). A view.
 *
 * @throws ShapeError if an axis is out of range
 * @example
 * print(await scope(() => transpose(tensor([[1, 2], [3, 4]])).data())); // [1, 3, 2, 4]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.transpose.html
 */
export function transpose(x: Tensor, axisA = -2, axisB = -1): Tensor {
  checkTensor(x, 'transpose: x');
  const order = x.shape.map((_, axis) => axis);
  const a = shapes.normalizeAxis(axisA, order.length, 'transpose');
  const b = shapes.normalizeAxis(axisB, order.length, 'transpose');
  [order[a], order[b]] = [b, a];
  return permute(x, order);
}

/**
 * Repeats axes of size 1, and adds leading axes, to the given shape. A view.
 *
 * @throws ShapeError if x cannot be broadcast to `shape`
 * @example
 * print(await scope(() => expand(tensor([[1], [2]]), [2, 2]).data())); // [1, 1, 2, 2]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  return expandOp([x], { shape });
}

/**
 * The indices start, start + step, ... below end along one axis. A view.
 *
 * Negative indices count from the end, as in `Array.prototype.slice`.
 *
 * @param end default: the size of the axis
 * @param step at least 1; default 1
 * @throws ShapeError if the range exceeds the axis
 * @throws ArgumentError if `step` is not an integer of at least 1
 * @example
 * print(await scope(() => slice(tensor([0, 1, 2, 3]), 0, 1, 3).data())); // [1, 2]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.narrow.html
 */
export function slice(x: Tensor, axis: number, start: number, end?: number, step = 1): Tensor {
  checkTensor(x, 'slice: x');
  const normalizedAxis = shapes.normalizeAxis(axis, x.shape.length, 'slice');
  const size = x.shape[normalizedAxis];
  const fromStart = (position: number): number => (position < 0 ? position + size : position);
  return sliceOp([x], {
    axis: normalizedAxis,
    start: fromStart(start),
    end: fromStart(end ?? size),
    step,
  });
}
