// Edge cases of comparisons, selections and arrangements: NaN, infinities, ties, empty axes, eight
// axes.

import {
  argmin,
  chunk,
  concat,
  eq,
  flip,
  ge,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  maskedFill,
  matmul,
  min,
  minimum,
  mul,
  ne,
  oneHot,
  pad,
  permute,
  roll,
  split,
  squeeze,
  stack,
  tensor,
  tril,
  triu,
  unsqueeze,
  where,
  zeros,
} from '../../engine/index.js';
import { type EdgeCase, gradients, inf, leaf, nan, ofOneTensor, repeat } from './edgeCase.js';

/** NaN, infinities and ties. */
export const selectionCases: readonly EdgeCase[] = [
  {
    title: 'comparisons of NaN, infinities and zeros of both signs',
    run: () => {
      const [a, b] = [tensor([nan, 1, inf, 0, -inf, 2]), tensor([nan, nan, inf, -0, inf, 1])];
      return [eq(a, b), ne(a, b), lt(a, b), le(a, b), gt(a, b), ge(a, b)];
    },
    expected: [
      [0, 0, 1, 1, 0, 0],
      [1, 1, 0, 0, 1, 1],
      [0, 0, 0, 0, 1, 0],
      [0, 0, 1, 1, 1, 0],
      [0, 0, 0, 0, 0, 1],
      [0, 0, 1, 1, 0, 1],
    ],
  },
  {
    title: 'comparisons of a tensor with itself: NaN differs from itself',
    run: () => {
      const x = tensor([nan, 1, inf, -0, -inf]);
      return [eq(x, x), ne(x, x), isnan(x), isinf(x), isfinite(x)];
    },
    expected: [
      [0, 1, 1, 1, 1],
      [1, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
      [0, 0, 1, 0, 1],
      [0, 1, 0, 1, 0],
    ],
  },
  {
    title: 'logical functions: NaN counts as not 0',
    run: () => {
      const [a, b] = [tensor([nan, nan, 0, -0]), tensor([0, 1, -2, 0])];
      return [logicalAnd(a, b), logicalOr(a, b), logicalNot(a)];
    },
    expected: [
      [0, 1, 0, 0],
      [1, 1, 1, 0],
      [0, 0, 1, 1],
    ],
  },
  {
    title: 'minimum: NaN in either operand, and both get the gradient; a tie gives each half',
    run: () => {
      const [a, b] = [leaf([nan, 1, 1, 2, -inf]), leaf([1, nan, 2, 2, inf])];
      const y = minimum(a, b);
      return [y, ...gradients(y, a, b)];
    },
    expected: [
      [nan, nan, 1, 2, -inf],
      [1, 1, 1, 0.5, 1],
      [1, 1, 0, 0.5, 0],
    ],
  },
  ofOneTensor('min over all: equal elements share the gradient', (x) => min(x), [
    [3, 1, 1],
    [1],
    [0, 0.5, 0.5],
  ]),
  ofOneTensor(
    'min along an axis: the first of equal elements gets it',
    (x) => min(x, { axes: 0 }),
    [[3, 1, 1], [1], [0, 1, 0]],
  ),
  ofOneTensor('NaN: min over all', (x) => min(x), [[1, nan, 3], [nan], [0, 1, 0]]),
  ofOneTensor('NaN: min along an axis', (x) => min(x, { axes: 0 }), [
    [inf, nan, -inf],
    [nan],
    [0, 1, 0],
  ]),
  {
    title: 'argmin: the first of equal elements, or the first NaN',
    run: () => [
      argmin(
        tensor([
          [2, 1, 1],
          [-inf, nan, nan],
          [0, -0, inf],
        ]),
      ),
    ],
    expected: [[1, 1, 0]],
  },
  {
    title: 'maskedFill: filled elements have no gradient, also where x or the value is not finite',
    run: () => {
      const x = leaf([nan, inf, 3, 4]);
      const y = maskedFill(x, tensor([1, nan, 0, -1]), -inf);
      return [y, ...gradients(mul(y, tensor([0, 0, 1, 0])), x)];
    },
    expected: [
      [-inf, -inf, 3, -inf],
      [0, 0, 1, 0],
    ],
  },
  {
    title: 'where: a NaN condition counts as not 0',
    run: () => [where(tensor([nan, 0, -0, 1]), 1, 2)],
    expected: [[1, 2, 2, 1]],
  },
  ofOneTensor('tril: NaN outside the triangle becomes 0', (x) => tril(x), [
    [
      [1, nan],
      [3, 4],
    ],
    [1, 0, 3, 4],
    [1, 0, 1, 1],
  ]),
  ofOneTensor('triu: infinity outside the triangle becomes 0', (x) => triu(x, 1), [
    [
      [1, 2],
      [inf, 4],
    ],
    [0, 2, 0, 0],
    [0, 1, 0, 0],
  ]),
  {
    title: 'tril and triu with diagonals beyond the matrix: all, or nothing',
    run: () => {
      const x = tensor([[1, 2, 3]]);
      return [tril(x, 5), tril(x, -1), triu(x, 3), triu(x, -9)];
    },
    expected: [
      [1, 2, 3],
      [0, 0, 0],
      [0, 0, 0],
      [1, 2, 3],
    ],
  },
  {
    title: 'oneHot: the row of an invalid index is NaN',
    run: () => [oneHot(tensor([1, 2, -1, 0.5, nan]), 2)],
    expected: [[0, 1, ...repeat(nan, 8)]],
  },
];

/** Dimensions of size 0, and of views. */
export const arrangementCases: readonly EdgeCase[] = [
  {
    title: 'comparisons and masks of no elements',
    run: () => {
      const x = leaf([], { shape: [0, 3] });
      const y = maskedFill(x, tensor([1, 0, 1]), 2);
      return [lt(x, 1), tril(x), oneHot([], 4), y, ...gradients(y, x)];
    },
    expected: [[], [], [], [], []],
  },
  {
    title: 'split of an empty axis, and into empty parts; flip and roll of no elements',
    run: () => {
      const x = zeros([0, 2]);
      const [a, b, c] = split(tensor([1, 2]), [0, 2, 0]);
      return [...split(x, 3), ...chunk(x, 2), a, b, c, flip(x), roll(x, 1), roll(x, 1, 0)];
    },
    expected: [[], [], [], [], [1, 2], [], [], [], []],
  },
  {
    title: 'stack and pad of empty tensors',
    run: () => {
      const x = leaf([], { shape: [2, 0] });
      const y = pad(x, [1, 2], { value: 7 });
      return [stack([x, x]), pad(x, [0, 0, 1, 1]), y, ...gradients(y, x)];
    },
    expected: [[], [], repeat(7, 6), []],
  },
  {
    title: 'flipped views: concat, elementwise operands, slices, and matrix products',
    run: () => {
      const x = tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const y = flip(x); // [[6, 5, 4], [3, 2, 1]]
      return [
        concat([y, x], 1),
        mul(y, flip(x, 1)),
        flip(y, 0),
        flip(split(y, 2, 1)[0], 1),
        matmul(y, flip(tensor([[1], [10], [100]]), 0)),
        matmul(x, permute(y, [1, 0])),
      ];
    },
    expected: [
      [6, 5, 4, 1, 2, 3, 3, 2, 1, 4, 5, 6],
      [18, 10, 4, 18, 10, 4],
      [3, 2, 1, 6, 5, 4],
      [5, 6, 2, 3],
      [654, 321],
      [28, 10, 73, 28],
    ],
  },
  {
    title: 'eight axes: permute, flip, unsqueeze and squeeze',
    run: () => {
      const x = tensor([...Array(16).keys()], { shape: [2, 1, 2, 1, 2, 1, 2] });
      const y = flip(permute(unsqueeze(x, 3), [7, 6, 5, 4, 3, 2, 1, 0]), [0, 7]);
      return [y, squeeze(y), mul(y, tensor([1, 2]))];
    },
    expected: [
      [9, 1, 13, 5, 11, 3, 15, 7, 8, 0, 12, 4, 10, 2, 14, 6],
      [9, 1, 13, 5, 11, 3, 15, 7, 8, 0, 12, 4, 10, 2, 14, 6],
      [9, 2, 13, 10, 11, 6, 15, 14, 8, 0, 12, 8, 10, 4, 14, 12],
    ],
  },
];
