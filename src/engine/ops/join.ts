// Concatenation along an axis, and row lookup in a table.

import * as kernels from '../../../kernels/layout.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { launch } from '../launch.js';
import { defineOp, type NoAttributes } from '../op.js';
import { anywhere, randomIndices } from '../sample.js';
import { format, normalizeAxis, sameShape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { joinArrays } from './internal/concatArrays.js';
import { indexTensor } from './internal/indices.js';

/** The op behind `concat`: one input or more; `axis` is non-negative. */
export const concatOp = defineOp<{ readonly axis: number }>({
  name: 'concat',
  infer: (shapes, { axis }) => {
    const [first] = shapes;
    let size = 0;
    for (const shape of shapes) {
      if (shape.length !== first.length || !sameShape(shape.with(axis, 0), first.with(axis, 0))) {
        throw new ShapeError(
          `concat: ${format(first)} and ${format(shape)} may differ along axis ${axis} only`,
        );
      }
      size += shape[axis];
    }
    return first.with(axis, size);
  },
  forward: (arrays, { axis }) => joinArrays(arrays, axis),
  // Each input gets its part of the gradient.
  backward: ({ grad, inputs, attributes: { axis } }) => {
    let end = 0;
    return inputs.map(({ shape }) => {
      const start = end;
      end += shape[axis];
      return () => grad.slice(axis, start, start + shape[axis]);
    });
  },
  samples: [
    { title: 'rows', inputs: [anywhere(2, 3), anywhere(1, 3)], attributes: { axis: 0 } },
    { title: 'columns', inputs: [anywhere(2, 3), anywhere(2, 2)], attributes: { axis: 1 } },
    {
      title: 'five tensors',
      inputs: [2, 0, 1, 9, 4].map((size) => anywhere(3, size, 2)),
      attributes: { axis: 1 },
    },
    {
      title: 'channels',
      inputs: [anywhere(2, 1, 2, 2), anywhere(2, 3, 2, 2)],
      attributes: { axis: 1 },
    },
  ],
});

/** The op behind `gatherRows`: table [rows, width], row indices of any shape. */
export const gatherRowsOp = defineOp<NoAttributes>({
  name: 'gatherRows',
  infer: ([table, indices]) => {
    if (table.length !== 2)
      throw new ShapeError(`gatherRows: the table must have 2 axes, got ${format(table)}`);
    return [...indices, table[1]];
  },
  forward: ([table, indices]) => {
    const [rows, width] = table.shape;
    const shape = [...indices.shape, width];
    const constants = { rows, width, count: indices.size };
    return launch(kernels.gatherRows, [table, indices], shape, constants, { invalid: NaN });
  },
  backward: ({ grad, inputs: [table, indices] }) => [
    () =>
      launch(kernels.gatherRowsGrad, [grad, indices], table.shape, {
        rows: table.shape[0],
        width: table.shape[1],
        count: indices.size,
      }),
    null,
  ],
  samples: [
    { title: 'some rows twice', inputs: [anywhere(3, 4), randomIndices(3, 7)], attributes: {} },
    {
      title: 'two axes of indices',
      inputs: [anywhere(5, 2), randomIndices(5, 2, 3)],
      attributes: {},
    },
  ],
});

/**
 * Concatenates tensors along one axis, by default the first; all other axes must be equal.
 *
 * @throws ArgumentError for an empty list
 * @throws ShapeError if another axis differs
 * @example
 * print(await scope(() => concat([tensor([1, 2]), tensor([3])]).data())); // [1, 2, 3]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.cat.html
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ArgumentError('concat: needs at least one tensor');
  tensors.forEach((tensor, index) => checkTensor(tensor, `concat: tensor ${index}`));
  return concatOp(tensors, { axis: normalizeAxis(axis, tensors[0].shape.length, 'concat') });
}

/**
 * Rows of a table by index: an embedding lookup.
 *
 * @param table [rows, width]
 * @param indices row indices from 0 to rows - 1: a tensor of any shape, or a list or typed array of
 *   numbers, which is validated. The row of an invalid index in a tensor, whose elements are on the
 *   backend, is NaN.
 * @returns [...indices, width]
 * @throws ShapeError if the table does not have 2 axes
 * @throws ArgumentError if an index of a list is not a row
 * @example
 * print(await scope(() => gatherRows(tensor([[1, 2], [3, 4]]), [1, 0]).data())); // [3, 4, 1, 2]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
 */
export function gatherRows(table: Tensor, indices: Tensor | ArrayLike<number>): Tensor {
  checkTensor(table, 'gatherRows: table');
  const [rows = 0] = table.shape;
  return gatherRowsOp([table, indexTensor(indices, rows, table, 'gatherRows: index')], {});
}
