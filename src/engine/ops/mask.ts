// Keeps or sets elements by a mask, by their position in a matrix, or by a class index.

import * as kernels from '../../../kernels/mask.js';
import { noGrad } from '../current.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { elementwise, launch } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp, type Op } from '../op.js';
import { describeValue } from '../options.js';
import { anywhere, binary } from '../sample.js';
import { broadcastStrides, format, type Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { indexTensor } from './internal/indices.js';

/** The op behind `maskedFill`: x, and a mask that broadcasts to its shape. */
export const maskedFillOp = defineOp<{ readonly value: number }>({
  name: 'maskedFill',
  infer: ([x, mask], { value }) => {
    if (typeof value !== 'number') {
      throw new ArgumentError(`maskedFill: value must be a number, got ${describeValue(value)}`);
    }
    broadcastStrides(mask, mask, x, 'maskedFill: mask'); // throws if the mask cannot be expanded
    return x;
  },
  forward: ([x, mask], { value }) => elementwise(kernels.maskedFill, [x, mask], { value }),
  // The filled elements do not depend on x.
  backward: ({ grad, inputs: [, mask] }) => [
    () => elementwise(kernels.maskedFill, [grad, mask], { value: 0 }),
    null,
  ],
  samples: [
    { title: 'equal shapes', inputs: [anywhere(3, 4), binary(3, 4)], attributes: { value: -1.5 } },
    { title: 'row', inputs: [anywhere(2, 3, 4), binary(4)], attributes: { value: 2 } },
    { title: 'column', inputs: [anywhere(5, 3), binary(5, 1)], attributes: { value: 0 } },
  ],
});

interface TriangleAttributes {
  /** 0 is the main diagonal; positive ones are above it. */
  readonly diagonal: number;
}

/** Keeps the diagonals from `low` to `high` of every matrix. */
function band(x: NdArray, low: number, high: number): NdArray {
  const [rows, columns] = x.shape.slice(-2);
  return launch(kernels.band, [x], x.shape, { rows, columns, low, high });
}

/**
 * A triangle of every matrix; the derivative is 1 in it and 0 outside.
 *
 * @param keep the triangle of an array
 */
function defineTriangle(
  name: string,
  keep: (x: NdArray, diagonal: number) => NdArray,
): Op<TriangleAttributes> {
  return defineOp<TriangleAttributes>({
    name,
    infer: ([x], { diagonal }) => {
      if (x.length < 2) {
        throw new ShapeError(`${name}: needs matrices [..., rows, columns], got ${format(x)}`);
      }
      if (!Number.isInteger(diagonal)) {
        throw new ArgumentError(
          `${name}: diagonal must be a whole number, got ${describeValue(diagonal)}`,
        );
      }
      return x;
    },
    forward: ([x], { diagonal }) => keep(x, diagonal),
    backward: ({ grad, attributes: { diagonal } }) => [() => keep(grad, diagonal)],
    samples: [
      { title: 'square', inputs: [anywhere(3, 3)], attributes: { diagonal: 0 } },
      { title: 'wide, above', inputs: [anywhere(2, 3, 5)], attributes: { diagonal: 1 } },
      { title: 'tall, below', inputs: [anywhere(2, 2, 5, 3)], attributes: { diagonal: -2 } },
    ],
  });
}

const firstDiagonal = ([rows]: Shape): number => 1 - rows;
const lastDiagonal = ([, columns]: Shape): number => columns - 1;

/** The op behind `tril`: matrices in the last two axes. */
export const trilOp = defineTriangle('tril', (x, diagonal) =>
  band(x, firstDiagonal(x.shape.slice(-2)), diagonal),
);

/** The op behind `triu`: matrices in the last two axes. */
export const triuOp = defineTriangle('triu', (x, diagonal) =>
  band(x, diagonal, lastDiagonal(x.shape.slice(-2))),
);

const oneHotOp = defineOp<{ readonly classes: number }>({
  name: 'oneHot',
  infer: ([indices], { classes }) => [...indices, classes],
  forward: ([indices], { classes }) =>
    launch(kernels.oneHot, [indices], [...indices.shape, classes], { classes }, { invalid: NaN }),
  backward: () => [null],
  samples: [],
});

/**
 * `value` where `mask` is not 0, otherwise x. `mask` broadcasts to x's shape and has no gradient.
 *
 * @throws ShapeError if `mask` cannot be broadcast to x's shape
 * @throws ArgumentError if `value` is not a number
 * @see https://docs.pytorch.org/docs/stable/generated/torch.Tensor.masked_fill.html
 * @example
 * // Attention scores: a position must not attend to the positions after it.
 * const scores = scope(() => {
 *   const future = triu(ones([2, 2]), 1);
 *   return maskedFill(tensor([[1, 2], [3, 4]]), future, -Infinity).print();
 * });
 * print(await scores); // [[1, -Infinity], [3, 4]]
 */
export function maskedFill(x: Tensor, mask: Tensor, value: number): Tensor {
  return maskedFillOp([x, mask], { value });
}

/**
 * The lower triangle of every matrix [..., rows, columns]: elements above `diagonal` become 0.
 *
 * @param diagonal 0 (default) is the main diagonal, 1 the one above it, -1 the one below it
 * @throws ShapeError if x has fewer than 2 axes
 * @throws ArgumentError if `diagonal` is not an integer
 * @see https://docs.pytorch.org/docs/stable/generated/torch.tril.html
 * @example
 * print(await scope(() => tril(ones([2, 2])).print())); // [[1, 0], [1, 1]]
 */
export function tril(x: Tensor, diagonal = 0): Tensor {
  return trilOp([x], { diagonal });
}

/**
 * The upper triangle of every matrix [..., rows, columns]: elements below `diagonal` become 0.
 *
 * @param diagonal 0 (default) is the main diagonal, 1 the one above it, -1 the one below it
 * @throws ShapeError if x has fewer than 2 axes
 * @throws ArgumentError if `diagonal` is not an integer
 * @see https://docs.pytorch.org/docs/stable/generated/torch.triu.html
 * @example
 * print(await scope(() => triu(ones([2, 2])).print())); // [[1, 1], [0, 1]]
 */
export function triu(x: Tensor, diagonal = 0): Tensor {
  return triuOp([x], { diagonal });
}

/**
 * Class indices to rows of zeros with a 1 at the class. No gradient.
 *
 * @param indices class indices from 0 to classes - 1: a tensor of any shape, or a list or typed
 *   array of numbers, which is validated. The row of an invalid index in a tensor, whose elements
 *   are on the backend, is NaN.
 * @param classes number of classes. PyTorch's default, the largest index plus 1, is not available
 *   without reading the indices.
 * @returns [...indices, classes]
 * @throws ArgumentError if `classes` is not an integer of at least 1, or an index of a list is not
 *   a class
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 * @example
 * print(await scope(() => oneHot([2, 0], 3).print())); // [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(indices: Tensor | ArrayLike<number>, classes: number): Tensor {
  if (!(Number.isInteger(classes) && classes >= 1)) {
    throw new ArgumentError(
      `oneHot: classes must be a whole number of at least 1, got ${describeValue(classes)}`,
    );
  }
  return noGrad(() =>
    oneHotOp([indexTensor(indices, classes, undefined, 'oneHot: index')], { classes }),
  );
}
