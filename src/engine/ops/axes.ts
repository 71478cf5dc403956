// Adds and removes axes of size 1, stacks tensors along a new axis, and splits along an axis.

import { ArgumentError, ShapeError } from '../errors.js';
import type { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { describeValue, isIntegerList } from '../options.js';
import { anywhere } from '../sample.js';
import { checkRank, format, normalizeAxes, normalizeAxis, sameShape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { concat } from './join.js';
import { slice } from './view.js';

/** A view with an axis of size 1 inserted at `axis`. */
const withAxis = (x: NdArray, axis: number): NdArray =>
  x.view(x.shape.toSpliced(axis, 0, 1), x.strides.toSpliced(axis, 0, 0));

/** A view without `axis`, which has size 1. */
const withoutAxis = (x: NdArray, axis: number): NdArray =>
  x.view(x.shape.toSpliced(axis, 1), x.strides.toSpliced(axis, 1));

/** The op behind `unsqueeze`: `axis` is that of the result. */
export const unsqueezeOp = defineOp<{ readonly axis: number }>({
  name: 'unsqueeze',
  infer: ([x], { axis }) => x.toSpliced(axis, 0, 1),
  forward: ([x], { axis }) => withAxis(x, axis),
  backward: ({ grad, attributes: { axis } }) => [() => withoutAxis(grad, axis)],
  samples: [
    { title: 'first', inputs: [anywhere(2, 3)], attributes: { axis: 0 } },
    { title: 'middle', inputs: [anywhere(2, 3)], attributes: { axis: 1 } },
    { title: 'last', inputs: [anywhere(2, 3)], attributes: { axis: 2 } },
    { title: 'scalar', inputs: [anywhere()], attributes: { axis: 0 } },
  ],
});

/** The op behind `squeeze`: removes one axis, of size 1. */
export const squeezeOp = defineOp<{ readonly axis: number }>({
  name: 'squeeze',
  infer: ([x], { axis }) => x.toSpliced(axis, 1),
  forward: ([x], { axis }) => withoutAxis(x, axis),
  backward: ({ grad, attributes: { axis } }) => [() => withAxis(grad, axis)],
  samples: [
    { title: 'first', inputs: [anywhere(1, 2, 3)], attributes: { axis: 0 } },
    { title: 'last', inputs: [anywhere(2, 3, 1)], attributes: { axis: 2 } },
  ],
});

/**
 * Inserts an axis of size 1. A view.
 *
 * @param axis position of the new axis in the result; negative ones count from the end of the
 *   result
 * @throws ShapeError if `axis` is out of range, or the result has more than 8 axes
 * @see https://docs.pytorch.org/docs/stable/generated/torch.unsqueeze.html
 * @example
 * print(scope(() => unsqueeze(zeros([2, 3]), 0).shape)); // [1, 2, 3]
 * print(scope(() => unsqueeze(zeros([2, 3]), -1).shape)); // [2, 3, 1]
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  checkTensor(x, 'unsqueeze: x');
  return unsqueezeOp([x], { axis: normalizeAxis(axis, x.shape.length + 1, 'unsqueeze') });
}

/**
 * Removes axes of size 1. A view.
 *
 * @param axes axes to remove: those of another size remain. Default: all axes of size 1
 * @throws ShapeError if an axis is out of range or occurs twice
 * @see https://docs.pytorch.org/docs/stable/generated/torch.squeeze.html
 * @example
 * print(scope(() => squeeze(zeros([1, 2, 1])).shape)); // [2]
 * print(scope(() => squeeze(zeros([1, 2, 1]), -1).shape)); // [1, 2]
 */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  checkTensor(x, 'squeeze: x');
  return normalizeAxes(axes, x.shape.length, 'squeeze')
    .filter((axis) => x.shape[axis] === 1)
    .reduceRight((y, axis) => squeezeOp([y], { axis }), x);
}

/**
 * Joins tensors of one shape along a new axis.
 *
 * @param axis position of the new axis in the result, default 0
 * @throws ArgumentError for an empty list
 * @throws ShapeError if the shapes differ, `axis` is out of range, or the result has more than 8
 *   axes
 * @see https://docs.pytorch.org/docs/stable/generated/torch.stack.html
 * @example
 * const [rows, columns] = scope(() => {
 *   const parts = [tensor([1, 2]), tensor([3, 4])];
 *   return [stack(parts).data(), stack(parts, 1).data()];
 * });
 * print(await rows, await columns); // [1, 2, 3, 4] [1, 3, 2, 4]
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ArgumentError('stack: needs at least one tensor');
  tensors.forEach((tensor, index) => checkTensor(tensor, `stack: tensor ${index}`));
  const { shape } = tensors[0];
  const other = tensors.find((tensor) => !sameShape(tensor.shape, shape));
  if (other !== undefined) {
    throw new ShapeError(
      `stack: shapes ${format(shape)} and ${format(other.shape)} differ; concat joins along an existing axis`,
    );
  }
  const normalizedAxis = normalizeAxis(axis, shape.length + 1, 'stack');
  checkRank(shape.toSpliced(normalizedAxis, 0, 1), 'stack');
  return concat(
    tensors.map((tensor) => unsqueeze(tensor, normalizedAxis)),
    normalizedAxis,
  );
}

/**
 * Splits a tensor into parts along one axis, by default the first. The parts are views.
 *
 * @param sizes size of every part, of which the last may be smaller; or a list of the sizes
 * @throws ShapeError if listed sizes do not add up to the size of the axis, or the axis is out of
 *   range
 * @throws ArgumentError if a size is not an integer of at least 0 (in a list) or 1
 * @see https://docs.pytorch.org/docs/stable/generated/torch.split.html
 * @example
 * const parts = scope(() => split(tensor([1, 2, 3, 4, 5]), 2).map((part) => part.data()));
 * print(await Promise.all(parts)); // [[1, 2], [3, 4], [5]]
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  checkTensor(x, 'split: x');
  const normalizedAxis = normalizeAxis(axis, x.shape.length, 'split');
  const total = x.shape[normalizedAxis];
  const least = typeof sizes === 'number' ? 1 : 0;
  const listed = typeof sizes === 'number' ? [sizes] : sizes;
  if (!isIntegerList(listed) || listed.some((size) => size < least)) {
    throw new ArgumentError(
      `split: sizes must be a whole number of at least 1 or a list of whole numbers of at least 0, got ${describeValue(sizes)}`,
    );
  }
  const parts = typeof sizes === 'number' ? equalSizes(total, sizes) : sizes;
  const sum = parts.reduce((a, b) => a + b, 0);
  if (sum !== total) {
    throw new ShapeError(
      `split: sizes ${format(parts)} add up to ${sum}, but axis ${normalizedAxis} of ${format(x.shape)} has size ${total}`,
    );
  }
  let start = 0;
  return parts.map((size) => {
    start += size;
    return slice(x, normalizedAxis, start - size, start);
  });
}

/** Parts of `size`, and the rest; one empty part of an empty axis, as in PyTorch. */
function equalSizes(total: number, size: number): number[] {
  const count = Math.max(1, Math.ceil(total / size));
  return Array.from({ length: count }, (_, i) => Math.min(size, total - i * size));
}

/**
 * Splits a tensor into at most `count` parts of equal size along one axis, by default the first;
 * the last part may be smaller. The parts are views.
 *
 * @throws ShapeError if the axis is out of range
 * @throws ArgumentError if `count` is not an integer of at least 1
 * @see https://docs.pytorch.org/docs/stable/generated/torch.chunk.html
 * @example
 * print(scope(() => chunk(zeros([5, 2]), 2).map((part) => part.shape))); // [[3, 2], [2, 2]]
 */
export function chunk(x: Tensor, count: number, axis = 0): Tensor[] {
  checkTensor(x, 'chunk: x');
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new ArgumentError(
      `chunk: count must be a whole number of at least 1, got ${describeValue(count)}`,
    );
  }
  const size = x.shape[normalizeAxis(axis, x.shape.length, 'chunk')];
  // PyTorch splits an empty axis into `count` empty parts.
  return split(x, size === 0 ? Array<number>(count).fill(0) : Math.ceil(size / count), axis);
}
