// Matrix multiplication of matrices and batches of matrices.
// Kernels read transposed operands through their strides, so neither forward nor backward copies
// one.

import { matmul as kernel } from '../../../kernels/matmul.js';
import { ShapeError } from '../errors.js';
import { commonBackend, NdArray } from '../ndarray.js';
import { defineOp, type NoAttributes } from '../op.js';
import { anywhere } from '../sample.js';
import * as shapes from '../shape.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';

/** The sizes of the matrix in the last two axes, and the batch axes before them. */
function matrixSizes(shape: Shape): { batch: Shape; rows: number; columns: number } {
  return { batch: shape.slice(0, -2), rows: shape.at(-2)!, columns: shape.at(-1)! };
}

function inferMatmul(a: Shape, b: Shape): Shape {
  if (a.length < 2 || b.length < 2) {
    throw new ShapeError(
      `matmul: both operands need at least 2 axes (a ${shapes.format(a)}, b ${shapes.format(b)}); reshape a vector to a row or column`,
    );
  }
  const [left, right] = [matrixSizes(a), matrixSizes(b)];
  if (left.columns !== right.rows) {
    throw new ShapeError(
      `matmul: inner sizes differ, ${left.columns} and ${right.rows} (a ${shapes.format(a)}, b ${shapes.format(b)})`,
    );
  }
  return [...shapes.broadcastShapes(left.batch, right.batch, 'matmul'), left.rows, right.columns];
}

/**
 * An operand with one batch axis: [batch, rows, columns], broadcast if necessary. A single matrix
 * keeps two axes.
 */
function asBatch(x: NdArray, batch: Shape): NdArray {
  const { rows, columns } = matrixSizes(x.shape);
  if (x.shape.length === 2) return x;
  if (x.shape.length === 3 && x.shape[0] === batch[0] && batch.length === 1) return x;
  return x.expand([...batch, rows, columns]).reshape([shapes.sizeOf(batch), rows, columns]);
}

/** Matrix product of two arrays. */
export function multiply(a: NdArray, b: NdArray): NdArray {
  const shape = inferMatmul(a.shape, b.shape);
  const { batch, rows, columns } = matrixSizes(shape);
  const [left, right] = [asBatch(a, batch), asBatch(b, batch)];
  const constants = {
    rows,
    columns,
    inner: left.shape.at(-1)!,
    batchA: left.shape.length === 3 ? left.strides[0] : 0,
    rowA: left.strides.at(-2)!,
    innerA: left.strides.at(-1)!,
    batchB: right.shape.length === 3 ? right.strides[0] : 0,
    innerB: right.strides.at(-2)!,
    columnB: right.strides.at(-1)!,
    offsetA: left.offset,
    offsetB: right.offset,
  };
  const backend = commonBackend([left, right], 'matmul');
  const inputs = [left.buffer, right.buffer];
  const buffer = backend.run({
    kernel,
    inputs,
    constants,
    scalars: {},
    length: shapes.sizeOf(shape),
  });
  return NdArray.wrap(backend, buffer, shape);
}

/** Transposes each matrix of a batch. */
function transposed(x: NdArray): NdArray {
  const last = x.shape.length - 1;
  return x.permute([...x.shape.keys()].with(last, last - 1).with(last - 1, last));
}

/**
 * aT dc, the gradient of b. If all matrices of a batch share one b, their rows are joined: one
 * product with a long inner axis instead of a batch of products that are added up.
 */
function gradRight(a: NdArray, b: NdArray, grad: NdArray): NdArray {
  if (b.shape.length > 2 || a.shape.length === 2) return multiply(transposed(a), grad);
  const rows = (x: NdArray): NdArray =>
    x.reshape([shapes.sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!]);
  return multiply(transposed(rows(a)), rows(grad));
}

/** The op behind `matmul`: [..., n, k] and [..., k, m] -> [..., n, m]. */
export const matmulOp = defineOp<NoAttributes>({
  name: 'matmul',
  infer: ([a, b]) => inferMatmul(a, b),
  forward: ([a, b]) => multiply(a, b),
  backward: ({ grad, inputs: [a, b] }) => [
    () => multiply(grad, transposed(b)), // da = dc bT
    () => gradRight(a, b, grad), // db = aT dc
  ],
  samples: [
    { title: 'matrices', inputs: [anywhere(3, 4), anywhere(4, 2)], attributes: {} },
    { title: 'odd sizes', inputs: [anywhere(7, 5), anywhere(5, 9)], attributes: {} },
    { title: 'batch', inputs: [anywhere(2, 3, 4), anywhere(2, 4, 5)], attributes: {} },
    { title: 'batch with one matrix', inputs: [anywhere(3, 2, 4), anywhere(4, 3)], attributes: {} },
    {
      title: 'broadcast batches',
      inputs: [anywhere(2, 1, 2, 3), anywhere(3, 3, 2)],
      attributes: {},
    },
  ],
});

/**
 * Matrix product over the last two axes; leading axes broadcast.
 *
 * @param a [..., n, k]
 * @param b [..., k, m]
 * @returns [..., n, m]
 * @throws ShapeError if the inner sizes differ, or an operand has fewer than 2 axes
 * @example
 * print(await scope(() => matmul(tensor([[1, 2]]), tensor([[3], [4]])).data())); // [11]
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.matmul.html
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return matmulOp([a, b], {});
}
