// Edge cases of dimensions of size 0.

import {
  add,
  batchNorm,
  concat,
  conv2d,
  crossEntropy,
  dropout,
  gatherRows,
  layerNorm,
  linear,
  logSoftmax,
  matmul,
  maxPool2d,
  mean,
  mul,
  Rng,
  softmax,
  sum,
  zeros,
} from '../../engine/index.js';
import { batchNormReluPool } from '../../engine/ops/batchNormReluPool.js';
import { linearRelu } from '../../engine/ops/linear.js';
import { type EdgeCase, gradients, leaf, nan, ofOnes, repeat } from './edgeCase.js';

/** Tensors without elements. */
export const emptyCases: readonly EdgeCase[] = [
  {
    title: 'conv2d of no images: the gradients of weight and bias are 0',
    run: () => {
      const [x, w, b] = [
        leaf([], { shape: [0, 1, 5, 5] }),
        leaf(ofOnes(9), { shape: [1, 1, 3, 3] }),
        leaf([1]),
      ];
      const y = conv2d(x, w, b, { padding: 1 });
      return [y, ...gradients(y, x, w, b)];
    },
    expected: [[], [], repeat(0, 9), [0]],
  },
  {
    title: 'conv2d of no channels: zeros',
    run: () => [conv2d(zeros([2, 0, 5, 5]), zeros([4, 0, 3, 3]), null, { padding: 1 })],
    expected: [repeat(0, 200)],
  },
  {
    title: 'conv2d of no channels with a bias: the bias',
    run: () => {
      const [w, b] = [leaf([], { shape: [2, 0, 3, 3] }), leaf([3, 4])];
      const y = conv2d(zeros([1, 0, 3, 3]), w, b, { padding: 1 });
      return [y, ...gradients(y, w, b)];
    },
    expected: [[...repeat(3, 9), ...repeat(4, 9)], [], [9, 9]],
  },
  {
    title: 'sum of [2000,0] over axis 0',
    run: () => [sum(zeros([2000, 0]), { axes: 0 })],
    expected: [[]],
  },
  {
    title: 'sum of [3,0] over axis 1, and of [0,2] over axis 0: zeros',
    run: () => [sum(zeros([3, 0]), { axes: 1 }), sum(zeros([0, 2]), { axes: 0 })],
    expected: [
      [0, 0, 0],
      [0, 0],
    ],
  },
  {
    title: 'mean of no elements: NaN',
    run: () => [mean(zeros([0]))],
    expected: [[nan]],
  },
  {
    title: 'linear of no features: the bias',
    run: () => {
      const [x, w, b] = [leaf([], { shape: [3, 0] }), leaf([], { shape: [2, 0] }), leaf([1, -2])];
      const y = linear(x, w, b);
      return [y, linear(zeros([0]), zeros([1, 0])), linearRelu(x, w, b), ...gradients(y, x, w, b)];
    },
    expected: [[1, -2, 1, -2, 1, -2], [0], [1, 0, 1, 0, 1, 0], [], [], [3, 3]],
  },
  {
    title: 'linear of no rows: the gradients of weight and bias are 0',
    run: () => {
      const [w, b] = [leaf(ofOnes(6), { shape: [2, 3] }), leaf([1, -2])];
      const y = linear(zeros([0, 3]), w, b);
      return [y, ...gradients(y, w, b)];
    },
    expected: [[], repeat(0, 6), [0, 0]],
  },
  {
    title: 'matmul of inner size 0: zeros',
    run: () => {
      const [a, b] = [leaf([], { shape: [2, 3, 0] }), leaf([], { shape: [2, 0, 4] })];
      const y = matmul(a, b);
      return [y, matmul(zeros([3, 0]), zeros([0, 2])), ...gradients(y, a, b)];
    },
    expected: [repeat(0, 24), repeat(0, 6), [], []],
  },
  {
    title: 'matmul of no rows: the gradient of the other operand is 0',
    run: () => {
      const [a, b] = [leaf([], { shape: [0, 3] }), leaf(ofOnes(6), { shape: [3, 2] })];
      const y = matmul(a, b);
      return [y, ...gradients(y, a, b)];
    },
    expected: [[], [], repeat(0, 6)],
  },
  {
    title: 'maxPool2d of no images',
    run: () => {
      const x = leaf([], { shape: [0, 2, 4, 4] });
      const y = maxPool2d(x, { window: 2 });
      return [y, ...gradients(y, x)];
    },
    expected: [[], []],
  },
  {
    title: 'softmax and logSoftmax of no rows, and of rows without elements',
    run: () => [
      softmax(zeros([0, 5])),
      softmax(zeros([3, 0])),
      logSoftmax(zeros([0, 5])),
      logSoftmax(zeros([3, 0])),
    ],
    expected: [[], [], [], []],
  },
  {
    title: 'crossEntropy of no rows: 0 as a sum, NaN as a mean',
    run: () => {
      const x = leaf([], { shape: [0, 3] });
      const y = crossEntropy(x, zeros([0]), { reduction: 'sum' });
      return [y, crossEntropy(x, zeros([0])), ...gradients(y, x)];
    },
    expected: [[0], [nan], []],
  },
  {
    title: 'concat with an empty tensor',
    run: () => {
      const [a, b] = [leaf([], { shape: [2, 0] }), leaf([[1], [2]])];
      const [left, right] = [concat([a, b], 1), concat([b, a], 1)];
      return [left, right, ...gradients(mul(left, right), a, b)];
    },
    expected: [[1, 2], [1, 2], [], [2, 4]],
  },
  {
    title: 'gatherRows of no indices: the gradient of the table is 0',
    run: () => {
      const table = leaf(ofOnes(6), { shape: [3, 2] });
      const y = gatherRows(table, zeros([0]));
      return [y, ...gradients(y, table)];
    },
    expected: [[], repeat(0, 6)],
  },
  {
    title:
      'batchNorm (evaluation) and layerNorm of no rows: the gradients of weight and bias are 0',
    run: () => {
      const [w, b] = [leaf([1, 2]), leaf([3, 4])];
      const running = { mean: zeros([2]), variance: zeros([2]) };
      const y = batchNorm(zeros([0, 2, 3]), w, b, {
        running,
        training: false,
        epsilon: 1e-5,
        momentum: 0.1,
      });
      const normalized = gradients(y, w, b).map((grad) => add(grad, 0));
      const z = layerNorm(zeros([0, 2]), w, b);
      return [y, z, ...normalized, ...gradients(z, w, b)];
    },
    expected: [[], [], [0, 0], [0, 0], [0, 0], [0, 0]],
  },
  {
    title: 'batchNormReluPool of no channels, in training',
    run: () => {
      const [w, b] = [leaf([]), leaf([])];
      const attributes = { running: null, training: true, epsilon: 1e-5, momentum: 0.1 };
      const y = batchNormReluPool(zeros([2, 0, 2, 2]), w, b, attributes);
      return [y, ...gradients(y, w, b)];
    },
    expected: [[], [], []],
  },
  {
    title: 'dropout of no elements',
    run: () => [dropout(zeros([0, 3]), 0.5, new Rng(1))],
    expected: [[]],
  },
  {
    title: 'add of [0,1] and [3]: the gradient of the repeated operand is 0',
    run: () => {
      const [a, b] = [leaf([], { shape: [0, 1] }), leaf([1, 2, 3])];
      const y = add(a, b);
      return [y, ...gradients(y, a, b)];
    },
    expected: [[], [], [0, 0, 0]],
  },
];
