// Edge cases of rounding, powers, products, sorting and indexing: ties, NaN, infinities, empty axes,
// invalid indices.

import {
  argsort,
  ceil,
  cumsum,
  einsum,
  elu,
  erf,
  expm1,
  floor,
  gather,
  gelu,
  indexSelect,
  log1p,
  permute,
  pow,
  prod,
  round,
  scatterAdd,
  sign,
  silu,
  sin,
  slice,
  softplus,
  sort,
  tensor,
  topk,
  zeros,
} from '../../engine/index.js';
import { type EdgeCase, gradients, inf, leaf, nan, ofOneTensor, repeat } from './edgeCase.js';

const roundingCases: readonly EdgeCase[] = [
  {
    title: 'round: halves to even',
    run: () => [
      round(tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4999, 8388607.5, inf, -inf, nan])),
    ],
    expected: [[-2, -2, 0, 0, 2, 2, 0, 8388608, inf, -inf, nan]],
  },
  {
    title: 'floor, ceil and sign',
    run: () => {
      const x = tensor([-1.5, -1, 0, 0.25, inf, -inf]);
      return [floor(x), ceil(x), sign(x), sign(tensor([nan]))];
    },
    expected: [[-2, -1, 0, 0, inf, -inf], [-1, -1, 0, 1, inf, -inf], [-1, -1, 0, 1, 1, -1], [0]],
  },
  ofOneTensor('round: the gradient is 0', round, [
    [0.2, 1.5],
    [0, 2],
    [0, 0],
  ]),
];

const specialCases: readonly EdgeCase[] = [
  ofOneTensor('erf: both ends and NaN', erf, [
    [-inf, -7, 0, 7, inf, nan],
    [-1, -1, 0, 1, 1, nan],
    [0, 0, 2 / Math.sqrt(Math.PI), 0, 0, nan],
  ]),
  ofOneTensor('gelu: far from 0', gelu, [
    [-20, 0, 20, nan],
    [0, 0, 20, nan],
    [0, 0.5, 1, nan],
  ]),
  ofOneTensor('softplus: x above the threshold', (x) => softplus(x, { beta: 2, threshold: 6 }), [
    [4, -inf, inf, nan],
    [4, 0, inf, nan],
    [1, 0, 1, nan],
  ]),
  ofOneTensor('elu: the gradient at 0 is alpha', (x) => elu(x, 0.5), [
    [0, -inf, inf, nan],
    [0, -0.5, inf, nan],
    [0.5, 0, 1, 1],
  ]),
  {
    title: 'silu, sin, log1p and expm1: infinities and NaN',
    run: () => [
      silu(tensor([inf, nan])),
      sin(tensor([nan])),
      log1p(tensor([inf, nan])),
      expm1(tensor([inf, -inf, nan])),
    ],
    expected: [[inf, nan], [nan], [inf, nan], [inf, -1, nan]],
  },
];

const powerCases: readonly EdgeCase[] = [
  {
    title: 'pow with a tensor: base 0, and the gradients of base and exponent',
    run: () => {
      const [base, exponent] = [leaf([0, 0, 0, 2]), leaf([0, -1, 2, 3])];
      const y = pow(base, exponent);
      return [y, ...gradients(y, base, exponent)];
    },
    expected: [
      [1, inf, 0, 8],
      [0, -inf, 0, 12],
      [0, -inf, 0, 8 * Math.log(2)],
    ],
  },
  {
    title: 'pow with a tensor: a negative base',
    run: () => {
      const [base, exponent] = [leaf([-2, -2, -2]), leaf([2, 3, 0.5])];
      const y = pow(base, exponent);
      return [y, ...gradients(y, base, exponent)];
    },
    expected: [
      [4, -8, nan],
      [-4, 12, nan],
      [nan, nan, nan],
    ],
  },
  {
    title: 'pow with a tensor: NaN and infinities',
    run: () => [
      pow(tensor([1, nan, nan, -1, 0.5, -inf, -inf]), tensor([nan, 0, 2, inf, -inf, 3, -3])),
    ],
    expected: [[1, 1, nan, 1, inf, -inf, 0]],
  },
];

const productCases: readonly EdgeCase[] = [
  ofOneTensor('prod: one zero, whose gradient is the product of the others', (x) => prod(x), [
    [2, 0, 3],
    [0],
    [0, 6, 0],
  ]),
  ofOneTensor('prod: two zeros have no gradient', (x) => prod(x), [[2, 0, 0], [0], [0, 0, 0]]),
  {
    title: 'prod: rows that are not a multiple of the vector length, with and without NaN',
    run: () => {
      const row = Array.from({ length: 71 }, (_, i) => [2, 0.5, -1][i % 3]);
      const x = leaf([row, row.with(70, nan), row.with(33, -0)]);
      return [prod(x, { axes: 1 }), prod(permute(x, [1, 0]), { axes: 0 })];
    },
    expected: [
      [-1, nan, 0],
      [-1, nan, 0],
    ],
  },
  {
    title: 'prod of no elements: 1',
    run: () => [
      prod(zeros([0])),
      prod(zeros([2, 0]), { axes: 1 }),
      prod(zeros([0, 2]), { axes: 1 }),
    ],
    expected: [[1], [1, 1], []],
  },
  ofOneTensor('cumsum: NaN and infinities reach the rest of the line', (x) => cumsum(x, 1), [
    [
      [1, inf, -inf, 2],
      [1, nan, 2, 3],
    ],
    [1, inf, nan, nan, 1, nan, nan, nan],
    [4, 3, 2, 1, 4, 3, 2, 1],
  ]),
  {
    title: 'cumsum of no elements',
    run: () => [cumsum(zeros([2, 0]), 1), cumsum(zeros([0, 3]), 1)],
    expected: [[], []],
  },
  {
    title: 'einsum over no elements: zeros',
    run: () => [einsum('ij,jk->ik', zeros([2, 0]), zeros([0, 3])), einsum('ii', zeros([0, 0]))],
    expected: [repeat(0, 6), [0]],
  },
];

const sortCases: readonly EdgeCase[] = [
  {
    title: 'sort: NaN last, equal elements in order, -0 equals 0',
    run: () => sort(leaf([2, nan, 0, -0, -inf, 2, inf, nan, 0])),
    expected: [
      [-inf, 0, -0, 0, 2, 2, inf, nan, nan],
      [4, 2, 3, 8, 0, 5, 6, 1, 7],
    ],
  },
  {
    title: 'sort descending: NaN first, equal elements in order',
    run: () => sort(leaf([2, nan, 0, -0, -inf, 2, inf, nan, 0]), { descending: true }),
    expected: [
      [nan, nan, inf, 2, 2, 0, -0, 0, -inf],
      [1, 7, 6, 0, 5, 2, 3, 8, 4],
    ],
  },
  {
    title: 'topk: few and many of a line, with ties and NaN, and none',
    run: () => {
      // 0, 1, ..., 6 in turn; one NaN.
      const x = tensor(Array.from({ length: 70 }, (_, i) => (i === 50 ? nan : i % 7)));
      return [3, 32, 33, 0].map((k) => slice(topk(x, k)[1], 0, Math.max(k - 3, 0)));
    },
    // The multiples of 7 plus 6 are the largest numbers, then those plus 5, ...
    expected: [[50, 6, 13], [60, 67, 3], [67, 3, 10], []],
  },
  {
    title: 'topk: the first of equal elements; NaN is the largest',
    run: () => [
      ...topk(tensor([1, 3, nan, 3, 3]), 3),
      ...topk(tensor([2, 1, 1]), 2, { largest: false }),
    ],
    expected: [
      [nan, 3, 3],
      [2, 1, 3],
      [1, 1],
      [1, 2],
    ],
  },
  {
    title: 'sort, argsort and topk of no elements, and topk of 0',
    run: () => [
      ...sort(zeros([2, 0])),
      argsort(zeros([0, 3])),
      ...topk(zeros([0, 3]), 2),
      ...topk(tensor([1, 2]), 0),
    ],
    expected: [[], [], [], [], [], [], []],
  },
  ofOneTensor('sort: the gradient returns to the place of each element', (x) => sort(x)[0], [
    [3, 1, 2],
    [1, 2, 3],
    [1, 1, 1],
  ]),
];

const gatherCases: readonly EdgeCase[] = [
  {
    title: 'gather: the element of an invalid index is NaN, and has no gradient',
    run: () => {
      const x = leaf([1, 2, 3]);
      const y = gather(x, 0, tensor([2, 3, -1, 0.5, nan, 2]));
      return [y, ...gradients(y, x)];
    },
    expected: [
      [3, nan, nan, nan, nan, 3],
      [0, 0, 2],
    ],
  },
  {
    title: 'scatterAdd: an invalid index makes its line NaN',
    run: () => {
      const [x, source] = [
        leaf([
          [1, 2],
          [3, 4],
        ]),
        leaf([
          [5, 6],
          [7, 8],
        ]),
      ];
      const y = scatterAdd(
        x,
        1,
        tensor([
          [0, 0],
          [2, 0],
        ]),
        source,
      );
      return [y, ...gradients(y, x, source)];
    },
    expected: [
      [12, 2, nan, nan],
      [1, 1, 1, 1],
      [1, 1, nan, 1],
    ],
  },
  {
    title: 'indexSelect: an invalid index, and no index',
    run: () => [
      indexSelect(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        0,
        tensor([2, 1]),
      ),
      indexSelect(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        0,
        [],
      ),
      indexSelect(tensor([1, 2]), 0, [1, 1]),
    ],
    expected: [[nan, nan, 3, 4], [], [2, 2]],
  },
  {
    title: 'scatterAdd of no elements: x',
    run: () => [
      scatterAdd(tensor([1, 2]), 0, zeros([0]), zeros([0])),
      gather(tensor([1]), 0, zeros([0])),
    ],
    expected: [[1, 2], []],
  },
];

/** Edge cases of rounding, powers, products, sorting and indexing. */
export const orderCases: readonly EdgeCase[] = [
  ...roundingCases,
  ...specialCases,
  ...powerCases,
  ...productCases,
  ...sortCases,
  ...gatherCases,
];
