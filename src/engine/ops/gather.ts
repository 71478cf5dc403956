// Reads and sums at indices along an axis: gather, scatterAdd, indexSelect.

import * as kernels from '../../../kernels/gather.js';
import { ShapeError } from '../errors.js';
import { launch } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { anywhere, randomIndices } from '../sample.js';
import { format, normalizeAxis, sameShape, splitAtAxis, type Shape } from '../shape.js';
import { checkTensor, zeros, type Tensor } from '../tensor.js';
import { add } from './arithmetic.js';
import { indexTensor } from './internal/indices.js';
import { concat, gatherRowsOp } from './join.js';
import { expand, reshape, slice } from './view.js';

/** x[o, index[o, c, i], i], NaN for an invalid index. */
function gatherArray(x: NdArray, index: NdArray, axis: number): NdArray {
  const { size, inner } = splitAtAxis(x.shape, axis);
  const constants = { size, count: index.shape[axis], inner };
  return launch(kernels.gatherAxis, [x, index], index.shape, constants, { invalid: NaN });
}

/** The sum of the elements of `source` with each index, from 0 to `size` - 1 along `axis`. */
function scatterArray(
  index: NdArray,
  source: NdArray,
  { axis, size }: ScatterAttributes,
  invalid: number,
): NdArray {
  const { size: count, inner } = splitAtAxis(index.shape, axis);
  const shape = index.shape.with(axis, size);
  const constants = { size, count, inner };
  return launch(kernels.scatterAddAxis, [index, source], shape, constants, { invalid });
}

/** The op behind `gather`: x and index differ in size along `axis` (non-negative) at most. */
export const gatherOp = defineOp<{ readonly axis: number }>({
  name: 'gather',
  infer: ([x, index], { axis }) => {
    if (!sameShape(x.with(axis, 0), index.with(axis, 0))) {
      throw new ShapeError(
        `gather: x ${format(x)} and index ${format(index)} may differ along axis ${axis} only`,
      );
    }
    return index;
  },
  forward: ([x, index], { axis }) => gatherArray(x, index, axis),
  // Each element of x sums the gradients of all positions it was copied to.
  backward: ({ grad, inputs: [x, index], attributes: { axis } }) => [
    () => scatterArray(index, grad, { axis, size: x.shape[axis] }, 0),
    null,
  ],
  samples: [
    { title: 'rows', inputs: [anywhere(3, 4), randomIndices(4, 3, 6)], attributes: { axis: 1 } },
    { title: 'columns', inputs: [anywhere(5, 3), randomIndices(5, 2, 3)], attributes: { axis: 0 } },
    {
      title: 'middle axis',
      inputs: [anywhere(2, 4, 3), randomIndices(4, 2, 5, 3)],
      attributes: { axis: 1 },
    },
  ],
});

/** Attributes of `scatterAddOp`. */
export interface ScatterAttributes {
  /** Non-negative. */
  readonly axis: number;
  /** Size of the result along the axis. */
  readonly size: number;
}

/** Sums `source` into zeros: index and source have one shape. */
export const scatterAddOp = defineOp<ScatterAttributes>({
  name: 'scatterAdd',
  infer: ([index, source], { axis, size }) => {
    if (!sameShape(index, source)) {
      throw new ShapeError(
        `scatterAdd: index ${format(index)} and source ${format(source)} differ`,
      );
    }
    return index.with(axis, size);
  },
  forward: ([index, source], attributes) => scatterArray(index, source, attributes, NaN),
  backward: ({ grad, inputs: [index], attributes: { axis } }) => [
    null,
    () => gatherArray(grad, index, axis),
  ],
  samples: [
    {
      title: 'rows',
      inputs: [randomIndices(4, 3, 6), anywhere(3, 6)],
      attributes: { axis: 1, size: 4 },
    },
    {
      title: 'columns',
      inputs: [randomIndices(3, 5, 2), anywhere(5, 2)],
      attributes: { axis: 0, size: 4 },
    },
    {
      title: 'middle axis',
      inputs: [randomIndices(3, 2, 5, 3), anywhere(2, 5, 3)],
      attributes: { axis: 1, size: 3 },
    },
  ],
});

/** @throws ShapeError unless `index` has as many axes as `x`, and no larger sizes but along `axis` */
function checkIndex(index: Shape, x: Shape, axis: number, caller: string, name: string): void {
  if (index.length !== x.length) {
    throw new ShapeError(
      `${caller}: index ${format(index)} and ${name} ${format(x)} must have equally many axes`,
    );
  }
  const larger = index.findIndex((size, i) => i !== axis && size > x[i]);
  if (larger >= 0) {
    throw new ShapeError(
      `${caller}: index ${format(index)} is larger than ${name} ${format(x)} at axis ${larger}`,
    );
  }
}

/** The first elements along each axis, up to `shape`. */
function cropped(x: Tensor, shape: Shape): Tensor {
  return shape.reduce(
    (part, size, axis) => (size === part.shape[axis] ? part : slice(part, axis, 0, size)),
    x,
  );
}

/** Zeros after the elements along each axis, up to `shape`. */
function padded(x: Tensor, shape: Shape): Tensor {
  return shape.reduce((part, size, axis) => {
    const missing = size - part.shape[axis];
    if (missing === 0) return part;
    const backend = x.array.backend;
    return concat([part, zeros(part.shape.with(axis, missing), { backend })], axis);
  }, x);
}

/**
 * Elements of x at indices along one axis: y[i][j] = x[index[i][j]][j] for axis 0, and
 * x[i][index[i][j]] for axis 1.
 *
 * The gradient sums in one pass over the indices on wasm; on gpu and reference every element of x
 * reads all indices of its line.
 *
 * @param index integers from 0 to x.shape[axis] - 1; as many axes as x, and at most its size along
 *   the other axes. The result of an invalid index is NaN.
 * @returns the shape of `index`
 * @throws ShapeError if the shapes do not match, or the axis is out of range
 * @see https://pytorch.org/docs/stable/generated/torch.gather.html
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * print(await scope(() => gather(x, 1, tensor([[1], [0]])).data())); // [2, 3]
 * x.dispose();
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  checkTensor(x, 'gather: x');
  checkTensor(index, 'gather: index');
  const normalizedAxis = normalizeAxis(axis, x.shape.length, 'gather');
  checkIndex(index.shape, x.shape, normalizedAxis, 'gather', 'x');
  const used = cropped(x, index.shape.with(normalizedAxis, x.shape[normalizedAxis]));
  return gatherOp([used, index], { axis: normalizedAxis });
}

/**
 * x plus the elements of `source`, each added at its index along one axis: for axis 0,
 * y[index[i][j]][j] += source[i][j].
 *
 * One pass over the indices on wasm, where the sums are float32 and in order of the indices; on gpu
 * and reference every element of x reads all indices of its line, which takes a time of the size of
 * x times the number of indices.
 *
 * @param index integers from 0 to x.shape[axis] - 1; as many axes as x, and at most its size along
 *   the other axes. An invalid index makes its whole line of the result NaN.
 * @param source at least as large as `index` along every axis; elements beyond are not used
 * @returns the shape of x
 * @throws ShapeError if the shapes do not match, or the axis is out of range
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_add_.html
 * @example
 * const count = () => scatterAdd(zeros([3]), 0, tensor([0, 2, 2]), ones([3])).data();
 * print(await scope(count)); // [1, 0, 2]
 */
export function scatterAdd(x: Tensor, axis: number, index: Tensor, source: Tensor): Tensor {
  checkTensor(x, 'scatterAdd: x');
  checkTensor(index, 'scatterAdd: index');
  checkTensor(source, 'scatterAdd: source');
  const normalizedAxis = normalizeAxis(axis, x.shape.length, 'scatterAdd');
  checkIndex(index.shape, x.shape, normalizedAxis, 'scatterAdd', 'x');
  checkIndex(index.shape, source.shape, -1, 'scatterAdd', 'source');
  const size = x.shape[normalizedAxis];
  const sums = scatterAddOp([index, cropped(source, index.shape)], { axis: normalizedAxis, size });
  return add(x, padded(sums, x.shape));
}

/**
 * The slices of x at the given positions along one axis, in their order; positions may repeat.
 *
 * @param indices positions from 0 to x.shape[axis] - 1: a list or typed array, which is validated,
 *   or a tensor with one axis, whose invalid elements give NaN
 * @returns the shape of x with `indices.length` along the axis
 * @throws ShapeError if the axis is out of range, or a tensor of indices has not exactly one axis
 * @throws ArgumentError if an index of a list is out of range
 * @see https://pytorch.org/docs/stable/generated/torch.index_select.html
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * print(await scope(() => indexSelect(x, 1, [1, 0]).data())); // [2, 1, 4, 3]
 * x.dispose();
 */
export function indexSelect(x: Tensor, axis: number, indices: Tensor | ArrayLike<number>): Tensor {
  checkTensor(x, 'indexSelect: x');
  const normalizedAxis = normalizeAxis(axis, x.shape.length, 'indexSelect');
  const list = indexTensor(indices, x.shape[normalizedAxis], x, 'indexSelect: index');
  if (list.shape.length !== 1) {
    throw new ShapeError(
      `indexSelect: indices must have one axis, got ${format(list.shape)}; gather takes more`,
    );
  }
  const [count] = list.shape;
  const { outer, size, inner } = splitAtAxis(x.shape, normalizedAxis);
  if (outer === 1) {
    const rows = gatherRowsOp([reshape(x, [size, inner]), list], {});
    return reshape(rows, x.shape.with(normalizedAxis, count));
  }
  const line = x.shape.map((_, i) => (i === normalizedAxis ? count : 1));
  const index = expand(reshape(list, line), x.shape.with(normalizedAxis, count));
  return gatherOp([x, index], { axis: normalizedAxis });
}
