// Samples large enough for the fast paths of the backends: several threads, whole SIMD tiles and
// their remainders, Winograd convolution, sums in two stages, long queues of launches. Too large
// for a gradient check.

import {
  abs,
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  add,
  argmax,
  avgPool2d,
  batchNorm,
  clamp,
  concat,
  conv1d,
  conv2d,
  type Conv2dOptions,
  cos,
  convTranspose2d,
  type ConvTranspose2dOptions,
  crossEntropy,
  cumsum,
  div,
  dropout,
  elu,
  erf,
  exp,
  expm1,
  full,
  gatherRows,
  gelu,
  groupNorm,
  interpolate,
  layerNorm,
  leakyRelu,
  linear,
  log,
  log1p,
  logSoftmax,
  matmul,
  max,
  maximum,
  maxPool2d,
  mul,
  permute,
  pow,
  prod,
  relu,
  rmsNorm,
  Rng,
  round,
  scaleShift,
  sigmoid,
  silu,
  sin,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  sub,
  sum,
  tanh,
  type Tensor,
  transpose,
  variance,
  where,
} from '../../engine/index.js';
import { batchNormReluPool } from '../../engine/ops/batchNormReluPool.js';
import { recurrentInputs } from '../../engine/ops/internal/recurrent.js';
import { attentionOp } from '../../engine/ops/attention.js';
import { gruOp } from '../../engine/ops/gru.js';
import { lstmOp } from '../../engine/ops/lstm.js';
import { linearRelu } from '../../engine/ops/linear.js';
import {
  anywhere,
  awayFromZero,
  binary,
  distinct,
  positive,
  randomIndices,
} from '../../engine/sample.js';
import type { SampleInput } from '../../engine/op.js';
import type { Computation } from './computation.js';
import { largeIndexSamples } from './indexSamples.js';

/** Not a multiple of any SIMD width, and enough for all threads. */
const LENGTH = 10_007;

/** One elementwise function of a long array. */
const long = (
  name: string,
  call: (x: Tensor) => Tensor,
  make: (...shape: number[]) => SampleInput = anywhere,
): Computation => ({ title: `${name}: long`, inputs: [make(LENGTH)], call: ([x]) => call(x) });

/** One elementwise function of two arrays, equal in shape and repeated per channel. */
const pairs = (
  name: string,
  call: (a: Tensor, b: Tensor) => Tensor,
  make: (...shape: number[]) => SampleInput = anywhere,
): Computation[] => [
  { title: `${name}: long`, inputs: [make(LENGTH), make(LENGTH)], call: ([a, b]) => call(a, b) },
  {
    title: `${name}: channels`,
    inputs: [make(4, 19, 11, 13), make(19, 1, 1)],
    call: ([a, b]) => call(a, b),
  },
];

const convolution = (
  title: string,
  x: number[],
  weight: number[],
  options: Conv2dOptions,
): Computation => ({
  title: `conv2d: ${title}`,
  inputs: [anywhere(...x), anywhere(...weight), anywhere(weight[0])],
  call: ([image, filters, bias]) => conv2d(image, filters, bias, options),
});

const transposed = (
  title: string,
  x: number[],
  weight: number[],
  options: ConvTranspose2dOptions,
): Computation => ({
  title: `convTranspose2d: ${title}`,
  inputs: [anywhere(...x), anywhere(...weight), anywhere(weight[1] * (options.groups ?? 1))],
  call: ([image, filters, bias]) => convTranspose2d(image, filters, bias, options),
});

const training = { epsilon: 1e-5, momentum: 0.1, running: null, training: true };

export const largeSamples: readonly Computation[] = [
  long('relu', relu, awayFromZero),
  long('leakyRelu', (x) => leakyRelu(x, 0.1), awayFromZero),
  long('sigmoid', sigmoid),
  long('tanh', tanh),
  long('gelu', gelu),
  long('gelu: tanh', (x) => gelu(x, { approximate: 'tanh' })),
  long('silu', silu),
  long('softplus', softplus),
  long('elu', elu, awayFromZero),
  long('erf', erf),
  long('sin', sin),
  long('cos', cos),
  long('log1p', log1p, positive),
  long('expm1', expm1),
  long('round', round, distinct),
  long('exp', exp),
  long('log', log, positive),
  long('sqrt', sqrt, positive),
  long('abs', abs, awayFromZero),
  long('pow', (x) => pow(x, 1.5), positive),
  long('clamp', (x) => clamp(x, -1, 1)),
  long('scaleShift', (x) => scaleShift(x, -1.5, 0.25)),
  long('dropout', (x) => dropout(x, 0.3, new Rng(5))),
  ...pairs('add', add),
  ...pairs('sub', sub),
  ...pairs('mul', mul),
  ...pairs('div', div, awayFromZero),
  ...pairs('powTensor', pow, positive),
  { title: 'maximum: long', inputs: [anywhere(LENGTH), anywhere(LENGTH)], call: maximumOf },
  {
    title: 'where: long',
    inputs: [binary(LENGTH), anywhere(LENGTH), anywhere(LENGTH)],
    call: ([condition, a, b]) => where(condition, a, b),
  },
  {
    title: 'matmul: large',
    inputs: [anywhere(70, 131), anywhere(131, 90)],
    call: ([a, b]) => matmul(a, b),
  },
  {
    title: 'matmul: transposed operands',
    inputs: [anywhere(66, 70), anywhere(45, 66)],
    call: ([a, b]) => matmul(transpose(a), transpose(b)),
  },
  {
    title: 'matmul: batch of views',
    inputs: [anywhere(5, 33, 22), anywhere(5, 21, 37)],
    call: ([a, b]) => matmul(slice(a, 2, 1), b),
  },
  {
    title: 'matmul: many small matrices',
    inputs: [anywhere(70, 9, 13), anywhere(70, 13, 5)],
    call: ([a, b]) => matmul(a, b),
  },
  {
    title: 'matmul: many transposed matrices',
    inputs: [anywhere(70, 13, 9), anywhere(70, 5, 13)],
    call: ([a, b]) => matmul(transpose(a), transpose(b)),
  },
  {
    title: 'matmul: two large matrices',
    inputs: [anywhere(2, 101, 103), anywhere(2, 103, 107)],
    call: ([a, b]) => matmul(a, b),
  },
  {
    title: 'matmul: large batch with one matrix',
    inputs: [anywhere(5, 3, 31, 17), anywhere(17, 19)],
    call: ([a, b]) => matmul(a, b),
  },
  {
    title: 'matmul: permuted batch with one matrix',
    inputs: [anywhere(5, 17, 31), anywhere(17, 19)],
    call: ([a, b]) => matmul(transpose(a), b),
  },
  ...[false, true].flatMap((reversed): Computation[] => [
    {
      title: `lstm: large${reversed ? ', reversed' : ''}`,
      inputs: recurrentInputs(4, 2, [5, 21, 35]),
      call: (inputs) => lstmOp(inputs, { reversed }),
    },
    {
      title: `gru: large${reversed ? ', reversed' : ''}`,
      inputs: recurrentInputs(3, 1, [5, 21, 35]),
      call: (inputs) => gruOp(inputs, { reversed }),
    },
  ]),
  ...[false, true].flatMap((causal) =>
    [false, true].flatMap((lengthFirst): Computation[] => {
      const attributes = { heads: 3, lengthFirst, causal, scale: 0.3 };
      const shape = (batch: number, length: number, size: number): number[] =>
        lengthFirst ? [length, batch, size] : [batch, length, size];
      const title = `${causal ? ', causal' : ''}${lengthFirst ? ', length first' : ''}`;
      return [
        {
          title: `attention: large, three arrays${title}`,
          inputs: [shape(2, 33, 15), shape(2, 53, 15), shape(2, 53, 51)].map((each) =>
            anywhere(...each),
          ),
          call: (inputs) => attentionOp(inputs, attributes),
        },
        {
          title: `attention: large, one array${title}`,
          inputs: [anywhere(...shape(3, 61, 3 * 3 * 7))],
          call: (inputs) => attentionOp(inputs, attributes),
        },
      ];
    }),
  ),
  {
    title: 'linear: large',
    inputs: [anywhere(65, 300), anywhere(130, 300), anywhere(130)],
    call: ([x, weight, bias]) => linear(x, weight, bias),
  },
  {
    // The biases decide the sign of every sum, so no sum is near the kink.
    title: 'linear: ReLU, large',
    inputs: [anywhere(65, 100), anywhere(130, 100), awayFromZero(130)],
    call: ([x, weight, bias]) => linearRelu(x, scaleShift(weight, 0.02), scaleShift(bias, 9)),
  },
  convolution('one channel, large', [8, 1, 28, 28], [16, 1, 3, 3], { padding: 1 }),
  convolution('Winograd', [4, 16, 14, 14], [33, 16, 3, 3], { padding: 1 }),
  convolution('Winograd, odd planes', [5, 30, 7, 9], [18, 30, 3, 3], { padding: 1 }),
  convolution('5x5, stride 2', [2, 9, 19, 20], [25, 9, 5, 5], { stride: 2, padding: 2 }),
  convolution('depthwise', [4, 33, 14, 13], [33, 1, 3, 3], { groups: 33, padding: 1 }),
  convolution('1x1, large', [4, 40, 9, 9], [33, 40, 1, 1], {}),
  transposed('Winograd', [4, 33, 14, 14], [33, 16, 3, 3], { padding: 1 }),
  transposed('4x4, stride 2', [3, 17, 8, 7], [17, 25, 4, 4], { stride: 2, padding: 1 }),
  transposed('3x3, stride 2, output padding', [2, 9, 9, 10], [9, 5, 3, 3], {
    stride: 2,
    padding: 1,
    outputPadding: 1,
  }),
  transposed('groups, dilation', [3, 20, 8, 7], [20, 9, 3, 3], { groups: 4, dilation: 2 }),
  {
    title: 'conv1d: large',
    inputs: [anywhere(4, 19, 150), anywhere(33, 19, 5), anywhere(33)],
    call: ([x, weight, bias]) => conv1d(x, weight, bias, { padding: 'same' }),
  },
  {
    title: 'conv2d: after a conv2d',
    inputs: [anywhere(3, 4, 9, 8), anywhere(17, 4, 3, 3), anywhere(5, 17, 3, 3)],
    call: ([x, f, g]) => conv2d(relu(scaleShift(conv2d(x, f), 0.1, 9)), g, null, { padding: 1 }),
  },
  {
    title: 'maxPool2d: large',
    inputs: [distinct(4, 17, 15, 14)],
    call: ([x]) => maxPool2d(x, { window: 2 }),
  },
  {
    title: 'avgPool2d: large',
    inputs: [anywhere(4, 17, 15, 14)],
    call: ([x]) => avgPool2d(x, { window: 3, stride: 2, padding: 1 }),
  },
  {
    title: 'adaptiveAvgPool2d: large',
    inputs: [anywhere(4, 17, 15, 14)],
    call: ([x]) => adaptiveAvgPool2d(x, [7, 4]),
  },
  {
    title: 'adaptiveMaxPool2d: large',
    inputs: [distinct(4, 17, 15, 14)],
    call: ([x]) => adaptiveMaxPool2d(x, [7, 4]),
  },
  {
    title: 'interpolate: nearest, large',
    inputs: [anywhere(4, 17, 11, 10)],
    call: ([x]) => interpolate(x, { scaleFactor: 2 }),
  },
  {
    title: 'interpolate: bilinear, large',
    inputs: [anywhere(4, 17, 11, 10)],
    call: ([x]) => interpolate(x, { size: [24, 15], mode: 'bilinear' }),
  },
  {
    title: 'groupNorm: large',
    inputs: [anywhere(8, 20, 11, 10), positive(20), anywhere(20)],
    call: ([x, weight, bias]) => groupNorm(x, weight, bias, { groups: 5 }),
  },
  {
    title: 'rmsNorm: large',
    inputs: [anywhere(33, 130), positive(130)],
    call: ([x, weight]) => rmsNorm(x, weight),
  },
  {
    title: 'batchNorm: large',
    inputs: [anywhere(16, 21, 14, 14), positive(21), anywhere(21)],
    call: ([x, weight, bias]) => batchNorm(x, weight, bias, training),
  },
  {
    title: 'batchNorm: evaluation, large',
    inputs: [anywhere(16, 21, 14, 14), positive(21), anywhere(21)],
    call: ([x, weight, bias]) => {
      const running = { mean: full([21], 0.3), variance: full([21], 2) };
      return batchNorm(x, weight, bias, { ...training, running, training: false });
    },
  },
  {
    title: 'batchNormReluPool: large',
    inputs: [distinct(6, 21, 11, 10), positive(21), anywhere(21)],
    call: ([x, weight, bias]) => batchNormReluPool(x, weight, bias, training),
  },
  {
    title: 'layerNorm: large',
    inputs: [anywhere(33, 130), positive(130), anywhere(130)],
    call: ([x, weight, bias]) => layerNorm(x, weight, bias),
  },
  { title: 'softmax: large', inputs: [anywhere(65, 47)], call: ([x]) => softmax(x) },
  { title: 'logSoftmax: large', inputs: [anywhere(65, 47)], call: ([x]) => logSoftmax(x) },
  {
    title: 'crossEntropy: large',
    inputs: [anywhere(65, 47), randomIndices(47, 65)],
    call: ([x, labels]) => crossEntropy(x, labels, { labelSmoothing: 0.1 }),
  },
  {
    title: 'crossEntropy: images, large',
    inputs: [anywhere(3, 21, 13, 11), randomIndices(21, 3, 13, 11)],
    call: ([x, labels]) => crossEntropy(x, labels, { ignoreIndex: 0 }),
  },
  { title: 'sum: rows', inputs: [anywhere(65, 700)], call: ([x]) => sum(x, { axes: 1 }) },
  { title: 'sum: columns', inputs: [anywhere(700, 65)], call: ([x]) => sum(x, { axes: 0 }) },
  {
    title: 'variance: large',
    inputs: [anywhere(30, 20, 30)],
    call: ([x]) => variance(x, { axes: [0, 2] }),
  },
  { title: 'max: large', inputs: [distinct(30, 333)], call: ([x]) => max(x, { axes: 1 }) },
  { title: 'argmax: large', inputs: [distinct(30, 333)], call: ([x]) => argmax(x) },
  {
    title: 'concat: channels, large',
    inputs: [anywhere(4, 20, 11, 13), anywhere(4, 13, 11, 13)],
    call: (parts) => concat(parts, 1),
  },
  {
    title: 'concat: columns of many widths, large',
    inputs: [1, 2, 0, 4, 7, 150].map((width) => anywhere(90, width)),
    call: (parts) => concat(parts, 1),
  },
  {
    title: 'concat of every row',
    inputs: [anywhere(70, 33)],
    call: ([x]) => concat(split(x, 1)),
  },
  {
    title: 'prod: large',
    inputs: [awayFromZero(40, 83)],
    call: ([x]) => prod(x, { axes: 1 }),
  },
  {
    title: 'gatherRows: large',
    inputs: [anywhere(50, 65), randomIndices(50, 200)],
    call: ([table, indices]) => gatherRows(table, indices),
  },
  {
    title: 'cumsum: long rows',
    inputs: [anywhere(30, 400)],
    call: ([x]) => cumsum(x, 1),
  },
  {
    title: 'cumsum: long columns',
    inputs: [anywhere(400, 30)],
    call: ([x]) => cumsum(x, 0),
  },
  ...largeIndexSamples,
  {
    title: 'permute: large',
    inputs: [anywhere(33, 20, 17)],
    call: ([x]) => scaleShift(permute(x, [2, 0, 1]), 2),
  },
  {
    title: 'slice: large',
    inputs: [anywhere(40, 30, 20)],
    call: ([x]) => scaleShift(slice(x, 1, 1, 29, 3), 2),
  },
];

function maximumOf([a, b]: Tensor[]): Tensor {
  return maximum(a, b);
}
