// Sorting along an axis: sort, argsort, topk.

import * as kernels from '../../../kernels/sort.js';
import { noGrad } from '../current.js';
import { ArgumentError } from '../errors.js';
import { checkIndexRange, filled, launch } from '../launch.js';
import { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { checkOptions, describeValue } from '../options.js';
import { defineRoutine } from '../routine.js';
import { format, normalizeAxis } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { gatherOp } from './gather.js';

type SortOrderConstants = Readonly<Record<'lines' | 'size' | 'count' | 'descending', number>>;

/**
 * The first `count` positions of each line of x [lines, size] in ascending order of their values, or
 * descending if `descending` is 1. Equal values keep their order; NaN is the largest value.
 *
 * As a composition it is a bitonic sort: O(n log^2 n) operations in about log2(n)^2 / 2 launches.
 */
export const sortOrderRoutine = defineRoutine<SortOrderConstants>({
  name: 'sortOrder',
  outputs: ({ lines, count }) => [[lines, count]],
  compose: ([x], { lines, size, count, descending }) => {
    let padded = 1;
    while (padded < size) padded *= 2;
    const shape = [lines, padded];
    let order = linePositions(x, lines, padded);
    const sign = descending === 1 ? -1 : 1;
    for (let block = 2; block <= padded; block *= 2) {
      for (let distance = block / 2; distance >= 1; distance /= 2) {
        const scalars = { block, distance, sign };
        const next = launch(kernels.sortStep, [order, x], shape, { size, padded }, scalars);
        order.dispose();
        order = next;
      }
    }
    return [order.slice(1, 0, count)];
  },
});

/** 0, 1, ..., padded - 1 in every line, on the backend of `like`. */
function linePositions({ backend }: NdArray, lines: number, padded: number): NdArray {
  const length = lines * padded;
  const launch = { kernel: kernels.linePosition, inputs: [], constants: { padded }, scalars: {} };
  return NdArray.wrap(backend, backend.run({ ...launch, length }), [lines, padded]);
}

interface OrderAttributes {
  readonly axis: number;
  readonly descending: boolean;
  /** Number of positions along the axis. */
  readonly count: number;
}

const argsortOp = defineOp<OrderAttributes>({
  name: 'argsort',
  infer: ([x], { axis, count }) => x.with(axis, count),
  forward: ([x], { axis, descending, count }) => {
    if (x.size === 0 || count === 0) return filled(x.backend, x.shape.with(axis, count), 0);
    const size = x.shape[axis];
    checkIndexRange(x, size, 'sort');
    // The axis becomes the last one, and returns to its place.
    const last = x.shape.length - 1;
    const order = [...x.shape.keys()].toSpliced(axis, 1).concat(axis);
    const moved = x.permute(order);
    const lines = x.size / size;
    const [sorted] = sortOrderRoutine([moved.reshape([lines, size])], {
      lines,
      size,
      count,
      descending: Number(descending),
    });
    const back = [...x.shape.keys()].toSpliced(last, 1).toSpliced(axis, 0, last);
    return sorted.reshape(moved.shape.with(last, count)).permute(back);
  },
  backward: () => [null],
  samples: [],
});

/** Options of `sort` and `argsort`. */
export interface SortOptions {
  /** Default -1, the last axis. */
  readonly axis?: number;
  /** From large to small. Default false. */
  readonly descending?: boolean;
}

/** The first `count` positions of the sorted axis, by default all. */
function orderOf(
  x: Tensor,
  caller: string,
  options: SortOptions,
  count?: number,
): [order: Tensor, axis: number] {
  checkTensor(x, `${caller}: x`);
  checkOptions(caller, options, { axis: true, descending: true });
  const { axis = -1, descending = false } = options;
  const normalizedAxis = normalizeAxis(axis, x.shape.length, caller);
  const attributes = { axis: normalizedAxis, descending, count: count ?? x.shape[normalizedAxis] };
  return [noGrad(() => argsortOp([x], attributes)), normalizedAxis];
}

/**
 * Sorts along one axis. The sort is stable: equal elements keep their order. NaN counts as larger
 * than every number, as in PyTorch: it comes last, or first with `descending`.
 *
 * O(n) on wasm (radix sort); on gpu and reference O(n log^2 n) (bitonic sort), and the gradient
 * compares every element with every index of its line.
 *
 * @returns the sorted values, and the position of each in x (integers without a gradient); both have
 *   the shape of x
 * @throws ShapeError if the axis is out of range
 * @throws ArgumentError if the axis has more than 2^24 elements on a float32 backend
 * @see https://pytorch.org/docs/stable/generated/torch.sort.html
 * @example
 * const [values, positions] = scope(() => sort(tensor([3, 1, 2])).map((one) => one.data()));
 * print(await values, await positions); // [1, 2, 3] [1, 2, 0]
 */
export function sort(x: Tensor, options: SortOptions = {}): [values: Tensor, indices: Tensor] {
  const [order, axis] = orderOf(x, 'sort', options);
  return [gatherOp([x, order], { axis }), order];
}

/**
 * The positions that sort x along one axis: the second result of `sort`. Integers without a
 * gradient.
 *
 * @throws ShapeError if the axis is out of range
 * @throws ArgumentError if the axis has more than 2^24 elements on a float32 backend
 * @see https://pytorch.org/docs/stable/generated/torch.argsort.html
 * @example
 * print(await scope(() => argsort(tensor([3, 1, 2]), { descending: true }).data())); // [0, 2, 1]
 */
export function argsort(x: Tensor, options: SortOptions = {}): Tensor {
  return orderOf(x, 'argsort', options)[0];
}

/** Options of `topk`. */
export interface TopkOptions {
  /** Default -1, the last axis. */
  readonly axis?: number;
  /** Whether to select the largest (default) or the smallest elements. */
  readonly largest?: boolean;
}

/**
 * The k largest elements along one axis, in descending order, or the k smallest in ascending order.
 * Of equal elements, the first ones are selected. NaN counts as larger than every number.
 *
 * On wasm up to 32 elements are selected in one pass; otherwise computed from a full sort, see `sort`
 * for its cost.
 *
 * @returns the values, and the position of each in x (integers without a gradient); both have the
 *   shape of x with k along the axis
 * @throws ArgumentError if k is not an integer from 0 to the size of the axis, or the axis has more
 *   than 2^24 elements on a float32 backend
 * @throws ShapeError if the axis is out of range
 * @see https://pytorch.org/docs/stable/generated/torch.topk.html
 * @example
 * const [values, positions] = scope(() => topk(tensor([3, 1, 2]), 2).map((one) => one.data()));
 * print(await values, await positions); // [3, 2] [0, 2]
 */
export function topk(
  x: Tensor,
  k: number,
  options: TopkOptions = {},
): [values: Tensor, indices: Tensor] {
  checkTensor(x, 'topk: x');
  checkOptions('topk', options, { axis: true, largest: true });
  const { axis = -1, largest = true } = options;
  const normalizedAxis = normalizeAxis(axis, x.shape.length, 'topk');
  const size = x.shape[normalizedAxis];
  if (!(Number.isInteger(k) && k >= 0 && k <= size)) {
    throw new ArgumentError(
      `topk: k must be a whole number from 0 to ${size}, the size of axis ${normalizedAxis} of ` +
        `${format(x.shape)}, got ${describeValue(k)}`,
    );
  }
  const [indices] = orderOf(x, 'topk', { axis: normalizedAxis, descending: largest }, k);
  return [gatherOp([x, indices], { axis: normalizedAxis }), indices];
}
