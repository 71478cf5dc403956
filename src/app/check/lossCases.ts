// Edge cases of losses: ignored and invalid labels, class weights, probabilities of 0 and 1, large
// logits, ties, empty tensors.

import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  huber,
  klDiv,
  l1,
  mse,
  nllLoss,
  smoothL1,
  tensor,
  zeros,
} from '../../engine/index.js';
import { type EdgeCase, gradients, inf, leaf, nan, repeat } from './edgeCase.js';

const { LN2 } = Math;

/** Losses of class labels. */
const labelCases: readonly EdgeCase[] = [
  {
    title: 'crossEntropy: an ignored label has loss and gradient 0, and the mean does not count it',
    run: () => {
      const logits = leaf(new Float64Array(6), { shape: [3, 2] });
      const loss = crossEntropy(logits, tensor([0, -100, 1]), { ignoreIndex: -100 });
      return [loss, ...gradients(loss, logits)];
    },
    expected: [[LN2], [-0.25, 0.25, 0, 0, 0.25, -0.25]],
  },
  {
    title: 'crossEntropy: all labels are ignored',
    run: () => {
      const [logits, labels] = [zeros([2, 3]), tensor([1, 1])];
      const options = { ignoreIndex: 1, labelSmoothing: 0.1 };
      return [
        crossEntropy(logits, labels, options),
        crossEntropy(logits, labels, { ...options, reduction: 'sum' }),
        crossEntropy(logits, labels, { ...options, reduction: 'none' }),
      ];
    },
    expected: [[nan], [0], [0, 0]],
  },
  {
    title: 'crossEntropy: the mean divides by the weights of the labels',
    run: () => {
      const logits = leaf(new Float64Array(4), { shape: [2, 2] });
      const loss = crossEntropy(logits, tensor([0, 1]), { weight: [1, 3] });
      return [loss, ...gradients(loss, logits)];
    },
    expected: [[LN2], [-0.125, 0.125, 0.375, -0.375]],
  },
  {
    title: 'crossEntropy: weights, label smoothing and an ignored label',
    run: () => {
      const [logits, labels] = [zeros([3, 2]), tensor([0, 1, -1])];
      const options = { weight: [1, 3], labelSmoothing: 0.2, ignoreIndex: -1 };
      return [
        crossEntropy(logits, labels, options),
        crossEntropy(logits, labels, { ...options, reduction: 'none' }),
      ];
    },
    expected: [[LN2], [1.2 * LN2, 2.8 * LN2, 0]],
  },
  {
    title: 'crossEntropy: classes along axis 1 of three axes, labels as a flat list',
    run: () => {
      const logits = leaf([
        [
          [0, 0],
          [0, Math.log(3)],
        ],
      ]);
      const losses = crossEntropy(logits, [1, 1], { reduction: 'none' });
      return [losses, ...gradients(losses, logits)];
    },
    expected: [
      [LN2, Math.log(4 / 3)],
      [0.5, 0.25, -0.5, -0.25],
    ],
  },
  {
    title: 'crossEntropy: an invalid label is NaN also with weights and an ignored label',
    run: () => [
      crossEntropy(zeros([3, 2]), tensor([2, 0, -1]), {
        weight: [1, 1],
        ignoreIndex: -1,
        reduction: 'none',
      }),
    ],
    expected: [[nan, LN2, 0]],
  },
  {
    title: 'nllLoss: an ignored line may contain NaN, and an invalid label is NaN',
    run: () => {
      const scores = leaf([
        [nan, nan],
        [-1, -2],
        [-3, -4],
      ]);
      const losses = nllLoss(scores, tensor([-1, 1, 2]), { ignoreIndex: -1, reduction: 'none' });
      return [losses, ...gradients(losses, scores)];
    },
    expected: [
      [0, 2, nan],
      [0, 0, 0, -1, nan, nan],
    ],
  },
];

/** Losses of probabilities. */
const probabilityCases: readonly EdgeCase[] = [
  {
    title: 'binaryCrossEntropy: probabilities of 0 and 1 have a loss of at most 100',
    run: () => [
      binaryCrossEntropy(tensor([0, 1, 1, 0]), tensor([0, 1, 0, 1]), { reduction: 'none' }),
    ],
    expected: [[0, 0, 100, 100]],
  },
  {
    title: 'binaryCrossEntropy: the gradient at 0 and 1 is at most 1e12',
    run: () => {
      const prediction = leaf([0, 1]);
      const options = { weight: 2e-12 };
      return gradients(binaryCrossEntropy(prediction, tensor([1, 0]), options), prediction);
    },
    expected: [[-1, 1]],
  },
  {
    title: 'binaryCrossEntropy: NaN outside 0 to 1',
    run: () => {
      const prediction = leaf([-0.5, 1.5, nan, 0.5]);
      const losses = binaryCrossEntropy(prediction, tensor([0, 1, 0, 1]), { reduction: 'none' });
      return [losses, ...gradients(losses, prediction)];
    },
    expected: [
      [nan, nan, nan, LN2],
      [nan, nan, nan, -2],
    ],
  },
  {
    title: 'binaryCrossEntropyWithLogits: large logits do not overflow',
    run: () => {
      const logits = leaf([1000, -1000, 1000, -1000, nan]);
      const target = tensor([1, 0, 0, 1, 1]);
      const losses = binaryCrossEntropyWithLogits(logits, target, { reduction: 'none' });
      return [losses, ...gradients(losses, logits)];
    },
    expected: [
      [0, 0, 1000, 1000, nan],
      [0, 0, 1, -1, nan],
    ],
  },
  {
    title: 'binaryCrossEntropyWithLogits: posWeight per class, and a weight per row',
    run: () => [
      binaryCrossEntropyWithLogits(
        zeros([2, 2]),
        tensor([
          [1, 1],
          [0, 0],
        ]),
        { posWeight: tensor([2, 5]), weight: tensor([[1], [10]]), reduction: 'none' },
      ),
    ],
    expected: [[2 * LN2, 5 * LN2, 10 * LN2, 10 * LN2]],
  },
  {
    title: 'klDiv: a target of 0 has divergence 0; batchMean divides by the rows',
    run: () => {
      const [x, target] = [leaf([[-1, -2]]), tensor([[0, 1]])];
      const sum = klDiv(x, target, { reduction: 'batchMean' });
      return [sum, klDiv(x, target), ...gradients(sum, x)];
    },
    expected: [[2], [1], [0, -1]],
  },
];

/** Losses of differences. */
const differenceCases: readonly EdgeCase[] = [
  {
    title: 'l1: the gradient of equal elements is 0',
    run: () => {
      const prediction = leaf([1, 2, 3]);
      return gradients(l1(prediction, tensor([1, 3, 2]), 'sum'), prediction);
    },
    expected: [[0, -1, 1]],
  },
  {
    title: 'huber: at delta, at infinity and of NaN',
    run: () => {
      const prediction = leaf([0.5, -2, 3, inf, nan]);
      const losses = huber(prediction, zeros([5]), { delta: 2, reduction: 'none' });
      return [losses, ...gradients(losses, prediction)];
    },
    expected: [
      [0.125, 2, 4, inf, nan],
      [0.5, -2, 2, 2, nan],
    ],
  },
  {
    title: 'smoothL1: beta 0 is l1',
    run: () => [smoothL1(tensor([1, -3]), zeros([2]), { beta: 0, reduction: 'none' })],
    expected: [[1, 3]],
  },
];

const noElements: EdgeCase = {
  title: 'losses of no elements: 0 as a sum, NaN as a mean',
  run: () => {
    const [x, y] = [zeros([0, 3]), zeros([0, 3])];
    return [
      binaryCrossEntropy(x, y, { reduction: 'sum' }),
      binaryCrossEntropy(x, y),
      binaryCrossEntropyWithLogits(x, y, { posWeight: 2 }),
      klDiv(x, y),
      mse(x, y),
      huber(x, y),
      nllLoss(x, zeros([0]), { weight: [1, 2, 3] }),
      crossEntropy(zeros([2, 3, 0]), zeros([2, 0]), { ignoreIndex: 0, reduction: 'sum' }),
    ];
  },
  expected: [[0], ...repeat(nan, 6).map((value) => [value]), [0]],
};

/** All edge cases of losses. */
export const lossCases: readonly EdgeCase[] = [
  ...labelCases,
  ...probabilityCases,
  ...differenceCases,
  noElements,
];
