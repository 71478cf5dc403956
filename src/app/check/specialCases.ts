// Edge cases of values and options: NaN, infinities, ties, invalid labels and indices, padding 'same'.

import {
  abs,
  argmax,
  clamp,
  conv2d,
  crossEntropy,
  exp,
  gatherRows,
  gelu,
  leakyRelu,
  log,
  logSoftmax,
  maskedFill,
  max,
  maximum,
  maxPool2d,
  mul,
  pow,
  relu,
  sigmoid,
  softmax,
  sqrt,
  tanh,
  tensor,
  type Tensor,
  variance,
  zeros,
} from '../../engine/index.js';
import { linearRelu } from '../../engine/ops/linear.js';
import {
  type EdgeCase,
  gradients,
  inf,
  leaf,
  nan,
  ofOneTensor,
  ofOnes,
  repeat,
} from './edgeCase.js';

/** NaN in the input. */
export const nanCases: readonly EdgeCase[] = [
  ofOneTensor('max over all', (x) => max(x), [[1, nan, 3], [nan], [0, 1, 0]]),
  ofOneTensor('max along an axis', (x) => max(x, { axes: 0 }), [[1, nan, 3], [nan], [0, 1, 0]]),
  ofOneTensor('max along an axis: the first NaN gets the gradient', (x) => max(x, { axes: 1 }), [
    [
      [nan, 2, nan],
      [1, 2, 3],
    ],
    [nan, 3],
    [1, 0, 0, 0, 0, 1],
  ]),
  {
    title: 'argmax: the index of the first NaN',
    run: () => [
      argmax(
        tensor([
          [1, nan, 3],
          [nan, 2, nan],
          [1, 5, 2],
        ]),
      ),
      argmax(tensor([[1], [nan], [3]]), 0),
    ],
    expected: [[1, 0, 1], [1]],
  },
  {
    title: 'maxPool2d: a window with NaN is NaN, and its gradient goes to the NaN',
    run: () => {
      // Five channels, so that a vector of four and a part of one are used.
      const channel = [1, nan, 5, 6, 3, 4, 7, 8];
      const x = leaf(Array.from({ length: 5 }, () => channel).flat(), { shape: [1, 5, 2, 4] });
      const y = maxPool2d(x, { window: 2 });
      return [y, ...gradients(y, x)];
    },
    expected: [
      Array.from({ length: 5 }, () => [nan, 8]).flat(),
      Array.from({ length: 5 }, () => [0, 1, 0, 0, 0, 0, 0, 1]).flat(),
    ],
  },
  {
    title: 'maxPool2d with overlapping windows and padding',
    run: () => [
      maxPool2d(tensor([1, 2, 3, 4, nan, 6, 7, 8, 9], { shape: [1, 1, 3, 3] }), {
        window: 2,
        stride: 1,
        padding: 1,
      }),
    ],
    expected: [[1, 2, 3, 3, 4, nan, nan, 6, 7, nan, nan, 9, 7, 8, 9, 9]],
  },
  ofOneTensor('relu', relu, [
    [nan, -1, 2],
    [nan, 0, 2],
    [1, 0, 1],
  ]),
  ofOneTensor('leakyRelu', (x) => leakyRelu(x, 0.5), [
    [nan, -1, 2],
    [nan, -0.5, 2],
    [0.5, 0.5, 1],
  ]),
  ofOneTensor('tanh', tanh, [
    [nan, inf, -inf],
    [nan, 1, -1],
    [nan, 0, 0],
  ]),
  ofOneTensor('clamp', (x) => clamp(x, -1, 1), [
    [nan, -2, 0.5, inf],
    [nan, -1, 0.5, 1],
    [0, 0, 1, 0],
  ]),
  {
    title: 'maximum: NaN in either operand, and both get the gradient',
    run: () => {
      const [a, b] = [leaf([nan, 1, 1, 2]), leaf([1, nan, 2, 2])];
      const y = maximum(a, b);
      return [y, ...gradients(y, a, b)];
    },
    expected: [
      [nan, nan, 2, 2],
      [1, 1, 0, 0.5],
      [1, 1, 1, 0.5],
    ],
  },
  {
    title: 'softmax: a row with NaN is NaN',
    run: () => [
      softmax(
        tensor([
          [0, nan, 1],
          [0, 0, 0],
        ]),
      ),
    ],
    expected: [[nan, nan, nan, 1 / 3, 1 / 3, 1 / 3]],
  },
  {
    title: 'exp, log, sqrt, abs, sigmoid, gelu and pow',
    run: () => {
      const x = tensor([nan, 1]);
      return [exp(x), log(x), sqrt(x), abs(x), sigmoid(x), gelu(x), pow(x, 2)];
    },
    expected: [
      [nan, Math.E],
      [nan, 0],
      [nan, 1],
      [nan, 1],
      [nan, 1 / (1 + Math.exp(-1))],
      [nan, 0.8413447460685429],
      [nan, 1],
    ],
  },
  {
    title: 'crossEntropy and logSoftmax: the loss and the gradients of a row with NaN are NaN',
    run: () => {
      const [a, b] = [leaf([[0, nan, 1]]), leaf([[0, nan, 1]])];
      const loss = crossEntropy(a, tensor([0]));
      return [loss, ...gradients(loss, a), ...gradients(logSoftmax(b), b)];
    },
    expected: [[nan], [nan, nan, nan], [nan, nan, nan]],
  },
  {
    title: 'linearRelu',
    run: () => [
      linearRelu(
        tensor([[nan, 1]]),
        tensor([
          [1, 1],
          [0, 0],
        ]),
        tensor([0, 0]),
      ),
    ],
    expected: [[nan, nan]],
  },
];

const sigmoidOfOne = 1 / (1 + Math.exp(-1));

/** Class labels, row indices and logits of -Infinity. */
export const indexCases: readonly EdgeCase[] = [
  {
    title: 'crossEntropy: the loss of a label that is not a class is NaN',
    run: () => {
      const logits = leaf(new Float64Array(18), { shape: [6, 3] });
      const losses = crossEntropy(logits, tensor([5, 1.5, -1, nan, 3, 1]), { reduction: 'none' });
      return [losses, ...gradients(losses, logits)];
    },
    expected: [
      [nan, nan, nan, nan, nan, Math.log(3)],
      [...repeat(nan, 15), 1 / 3, 1 / 3 - 1, 1 / 3],
    ],
  },
  {
    title: 'crossEntropy with label smoothing: the same',
    run: () => [
      crossEntropy(zeros([2, 4]), tensor([4, 3]), { labelSmoothing: 0.1, reduction: 'none' }),
    ],
    expected: [[nan, Math.log(4)]],
  },
  {
    title: 'crossEntropy: a logit of -Infinity at another class has probability 0',
    run: () => {
      const logits = leaf([[0, -inf, 1]]);
      const loss = crossEntropy(logits, tensor([2]));
      return [loss, ...gradients(loss, logits)];
    },
    expected: [[-Math.log(sigmoidOfOne)], [1 - sigmoidOfOne, 0, sigmoidOfOne - 1]],
  },
  {
    title: 'crossEntropy: a logit of -Infinity at the label has an infinite loss',
    run: () => [crossEntropy(tensor([[0, -inf, 1]]), tensor([1]))],
    expected: [[inf]],
  },
  {
    title: 'softmax: a logit masked with -Infinity has probability 0 and gradient 0',
    run: () => {
      const logits = leaf([[1, 5, 1]]);
      const probabilities = softmax(maskedFill(logits, tensor([0, 1, 0]), -inf));
      const weighted = mul(probabilities, tensor([1, 2, 3]));
      return [probabilities, ...gradients(weighted, logits)];
    },
    expected: [
      [0.5, 0, 0.5],
      [-0.5, 0, 0.5],
    ],
  },
  {
    title: 'gatherRows: the row of an invalid index is NaN',
    run: () => {
      const table = leaf([
        [1, 2],
        [3, 4],
      ]);
      const rows = gatherRows(table, tensor([2, -1, 0.5, nan, 1]));
      return [rows, ...gradients(rows, table)];
    },
    expected: [
      [...repeat(nan, 8), 3, 4],
      [0, 0, 1, 1],
    ],
  },
];

/** Equal elements, and values of pow and variance that C and PyTorch define. */
export const valueCases: readonly EdgeCase[] = [
  ofOneTensor('max over all: equal elements share the gradient', (x) => max(x), [
    [1, 3, 3],
    [3],
    [0, 0.5, 0.5],
  ]),
  ofOneTensor(
    'max along an axis: the first of equal elements gets it',
    (x) => max(x, { axes: 0 }),
    [[1, 3, 3], [3], [0, 1, 0]],
  ),
  ofOneTensor(
    'max over two axes of three: equal elements share the gradient',
    (x) => max(x, { axes: [0, 1] }),
    [
      [
        [2, 2],
        [2, 1],
      ],
      [2],
      [1 / 3, 1 / 3, 1 / 3, 0],
    ],
  ),
  {
    title: 'pow with exponent -1',
    run: () => [pow(tensor([-0, 0, -inf, -2]), -1)],
    expected: [[-inf, inf, 0, -0.5]],
  },
  {
    title: 'pow with exponent Infinity',
    run: () => [pow(tensor([1, -1, 0.5, -0.5, 2, -2, nan]), inf)],
    expected: [[1, 1, 0, 0, inf, inf, nan]],
  },
  {
    title: 'pow with exponent -Infinity',
    run: () => [pow(tensor([1, -1, 0.5, 2]), -inf)],
    expected: [[1, 1, inf, 0]],
  },
  {
    title: 'pow with an odd exponent',
    run: () => [pow(tensor([-2, -inf, inf, -1]), 3)],
    expected: [[-8, -inf, inf, -1]],
  },
  {
    title: 'pow with a fraction: NaN for negative finite numbers only',
    run: () => [pow(tensor([-8, 4, -inf, -0]), 0.5)],
    expected: [[nan, 2, inf, 0]],
  },
  {
    title: 'pow with exponent 0: 1, also for NaN',
    run: () => [pow(tensor([nan, 0, -inf, 3]), 0)],
    expected: [[1, 1, 1, 1]],
  },
  {
    title: 'variance with a correction of at least n',
    run: () => [
      variance(tensor([1, 2]), { correction: 3 }),
      variance(tensor([1, 2]), { correction: 2 }),
      variance(tensor([1])),
    ],
    expected: [[inf], [inf], [nan]],
  },
];

const imageOf = (height: number, width: number): Tensor =>
  tensor(
    Array.from({ length: height * width }, (_, i) => i + 1),
    { shape: [1, 1, height, width] },
  );

/** `padding: 'same'`. */
export const paddingCases: readonly EdgeCase[] = [
  {
    title: 'conv2d with padding "same" and an odd window equals padding 1',
    run: () => {
      const w = tensor(ofOnes(9), { shape: [1, 1, 3, 3] });
      return [conv2d(imageOf(2, 3), w, null, { padding: 'same' })];
    },
    expected: [[12, 21, 16, 12, 21, 16]],
  },
  {
    title:
      'conv2d with padding "same" and an even window: the extra zeros are at the bottom and right',
    run: () => {
      const [x, w] = [
        leaf([
          [
            [
              [1, 2, 3],
              [4, 5, 6],
            ],
          ],
        ]),
        leaf([1, 10, 100, 1000], { shape: [1, 1, 2, 2] }),
      ];
      const y = conv2d(x, w, null, { padding: 'same' });
      return [y, ...gradients(y, x, w)];
    },
    expected: [
      [5421, 6532, 603, 54, 65, 6],
      [1, 11, 11, 101, 1111, 1111],
      [21, 16, 15, 11],
    ],
  },
  {
    title: 'conv2d with padding "same", two window sizes and dilation',
    run: () => {
      const w = tensor(ofOnes(4), { shape: [1, 1, 1, 4] });
      return [conv2d(imageOf(1, 5), w, null, { padding: 'same', dilation: [1, 1] })];
    },
    expected: [[6, 10, 14, 12, 9]],
  },
];
