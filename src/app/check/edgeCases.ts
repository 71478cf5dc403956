// Edge cases with known results: empty dimensions, NaN, infinities, ties, invalid labels and
// indices. A table without a test runner, because a browser page checks it on a GPU, too.
// The expected values are those of PyTorch 2.6, where it does not raise an error instead.

import {
  abs,
  add,
  argmax,
  batchNorm,
  batchNormReluPool,
  type Backend,
  clamp,
  concat,
  conv2d,
  crossEntropy,
  dropout,
  exp,
  gatherRows,
  gelu,
  layerNorm,
  leakyRelu,
  linear,
  linearRelu,
  log,
  logSoftmax,
  matmul,
  max,
  maximum,
  maxPool2d,
  mean,
  mul,
  pow,
  relu,
  Rng,
  scope,
  sigmoid,
  softmax,
  sqrt,
  sum,
  tanh,
  tensor,
  type Tensor,
  type TensorOptions,
  variance,
  withBackend,
  zeros,
} from '../../engine/index.js';

/** A computation with a known result. */
export interface EdgeCase {
  readonly title: string;
  /** Returns the tensors to compare; runs inside a scope. */
  readonly run: () => readonly Tensor[];
  /** The elements of each tensor. */
  readonly expected: readonly (readonly number[])[];
}

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

const leaf = (values: Parameters<typeof tensor>[0], options: TensorOptions = {}): Tensor =>
  tensor(values, { ...options, requiresGrad: true });

/** The gradients of the sum of `y`. */
function gradients(y: Tensor, ...leaves: Tensor[]): Tensor[] {
  sum(y).backward();
  return leaves.map((x) => x.grad!);
}

/** An op of one input: its output, and the gradient of the sum of the output. */
function unary(
  title: string,
  op: (x: Tensor) => Tensor,
  [x, y, grad]: readonly [x: readonly number[], y: readonly number[], grad: readonly number[]],
): EdgeCase {
  return {
    title,
    run: () => {
      const input = leaf(x);
      const output = op(input);
      return [output, ...gradients(output, input)];
    },
    expected: [y, grad],
  };
}

/** The same for a matrix. */
function ofMatrix(
  title: string,
  op: (x: Tensor) => Tensor,
  x: readonly (readonly number[])[],
  y: readonly number[],
  grad: readonly (readonly number[])[],
): EdgeCase {
  return {
    title,
    run: () => {
      const input = leaf(x);
      const output = op(input);
      return [output, ...gradients(output, input)];
    },
    expected: [y, grad.flat()],
  };
}

const repeat = (value: number, count: number): number[] => new Array<number>(count).fill(value);

const empty: readonly EdgeCase[] = [
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

function ofOnes(count: number): Float64Array {
  return new Float64Array(count).fill(1);
}

const notANumber: readonly EdgeCase[] = [
  unary('max over all', (x) => max(x), [[1, nan, 3], [nan], [0, 1, 0]]),
  unary('max along an axis', (x) => max(x, { axes: 0 }), [[1, nan, 3], [nan], [0, 1, 0]]),
  ofMatrix(
    'max along an axis: the first NaN gets the gradient',
    (x) => max(x, { axes: 1 }),
    [
      [nan, 2, nan],
      [1, 2, 3],
    ],
    [nan, 3],
    [
      [1, 0, 0],
      [0, 0, 1],
    ],
  ),
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
  unary('relu', relu, [
    [nan, -1, 2],
    [nan, 0, 2],
    [1, 0, 1],
  ]),
  unary('leakyRelu', (x) => leakyRelu(x, 0.5), [
    [nan, -1, 2],
    [nan, -0.5, 2],
    [0.5, 0.5, 1],
  ]),
  unary('tanh', tanh, [
    [nan, inf, -inf],
    [nan, 1, -1],
    [nan, 0, 0],
  ]),
  unary('clamp', (x) => clamp(x, -1, 1), [
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
      [nan, 0.8411919906082768],
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

const labels: readonly EdgeCase[] = [
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

const tiesAndPowers: readonly EdgeCase[] = [
  unary('max over all: equal elements share the gradient', (x) => max(x), [
    [1, 3, 3],
    [3],
    [0, 0.5, 0.5],
  ]),
  unary('max along an axis: the first of equal elements gets it', (x) => max(x, { axes: 0 }), [
    [1, 3, 3],
    [3],
    [0, 1, 0],
  ]),
  ofMatrix(
    'max over two axes of three: equal elements share the gradient',
    (x) => max(x, { axes: [0, 1] }),
    [
      [2, 2],
      [2, 1],
    ],
    [2],
    [
      [1 / 3, 1 / 3],
      [1 / 3, 0],
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

const samePadding: readonly EdgeCase[] = [
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

/** All edge cases. */
export const edgeCases: readonly EdgeCase[] = [
  ...empty,
  ...notANumber.map((edgeCase) => ({ ...edgeCase, title: `NaN: ${edgeCase.title}` })),
  ...labels,
  ...tiesAndPowers,
  ...samePadding,
];

/** Runs a case on a backend and returns the elements of each tensor. */
export async function runEdgeCase({ run }: EdgeCase, backend: Backend): Promise<number[][]> {
  const pending = withBackend(backend, () => scope(() => run().map((tensor) => tensor.data())));
  return (await Promise.all(pending)).map((values) => [...values]);
}
