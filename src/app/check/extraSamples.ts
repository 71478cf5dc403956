// Computations that the ops' samples cannot express: functions built on ops, ops with tensors as
// options, ops without a gradient. The gradient check and the parity suite run them in addition to
// the samples.

import {
  argsort,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  batchNorm,
  binaryCrossEntropyWithLogits,
  concat,
  conv2d,
  crossEntropy,
  flatten,
  globalAvgPool2d,
  groupNorm,
  interpolate,
  klDiv,
  linear,
  max,
  mean,
  mse,
  mul,
  neg,
  nllLoss,
  noGrad,
  ones,
  pow,
  reciprocal,
  rsqrt,
  slice,
  smoothL1,
  square,
  sub,
  sum,
  tensor,
  type Tensor,
  transpose,
  variance,
  zeros,
} from '../../engine/index.js';
import { batchNormReluPool } from '../../engine/ops/batchNormReluPool.js';
import { convNormReluPool } from '../../engine/ops/convNormReluPool.js';
import { anywhere, distinct, randomIndices, positive } from '../../engine/sample.js';
import { arrangementSamples } from './arrangementSamples.js';
import { comparisonSamples } from './comparisonSamples.js';
import type { Computation } from './computation.js';
import { indexSamples } from './indexSamples.js';

const epsilon = 1e-5;
const momentum = 0.1;

/** Batch norm with running statistics, in training or evaluation mode. */
function withRunning(training: boolean, op = batchNorm): (inputs: Tensor[]) => Tensor {
  return ([x, weight, bias]) => {
    const channels = weight.shape[0];
    const values = Float32Array.from({ length: channels }, (_, c) => 0.25 * c + 0.5);
    const running = { mean: tensor(values), variance: tensor(values) };
    return op(x, weight, bias, { epsilon, momentum, running, training });
  };
}

/** The running statistics after two batches. */
function runningStatistics(name: 'mean' | 'variance'): (inputs: Tensor[]) => Tensor {
  return ([x, weight, bias]) => {
    const channels = weight.shape[0];
    const running = { mean: zeros([channels]), variance: ones([channels]) };
    for (let batch = 0; batch < 2; batch++) {
      batchNorm(x, weight, bias, { epsilon, momentum, running, training: true });
    }
    return running[name];
  };
}

/** The whole block as in inference: without a graph. */
function blockWithoutGraph(inputs: Tensor[]): Tensor {
  const [x, weight, gamma, beta] = inputs;
  const bias = inputs.at(4) ?? null;
  const values = Float32Array.from({ length: gamma.size }, (_, c) => 0.25 * (c % 5) + 0.5);
  const running = { mean: tensor(values), variance: tensor(values) };
  const attributes = { epsilon, momentum, running, training: false };
  return noGrad(() =>
    convNormReluPool(x, { weight, bias, options: { padding: 1 }, gamma, beta, attributes }),
  );
}

/** Inputs of `blockWithoutGraph`: images, filters, bias and batch-norm parameters. */
function blockInputs(
  images: number,
  inside: number,
  outside: number,
  height: number,
  width: number,
  bias = true,
) {
  const parameters = [[outside], [outside], ...(bias ? [[outside]] : [])];
  const shapes = [[images, inside, height, width], [outside, inside, 3, 3], ...parameters];
  return shapes.map((shape) => ({ ...anywhere(...shape), differentiable: false }));
}

const normInputs = [anywhere(4, 3, 5, 2), positive(3), anywhere(3)];
const poolInputs = [distinct(2, 5, 5, 4), positive(5), anywhere(5)];
const rowInputs = [anywhere(5, 6), positive(6), anywhere(6)];

/** Public functions that do more than their op: numbers as operands, default axes. */
export const functionSamples: readonly Computation[] = [
  { title: 'neg', inputs: [anywhere(2, 3)], call: ([x]) => neg(x) },
  { title: 'sub: a number on the left', inputs: [anywhere(2, 3)], call: ([x]) => sub(1, x) },
  { title: 'mul: a number on the right', inputs: [anywhere(2, 3)], call: ([x]) => mul(x, -2.5) },
  { title: 'mul: a tensor with itself', inputs: [anywhere(2, 3)], call: ([x]) => mul(x, x) },
  { title: 'pow: a number as base', inputs: [anywhere(2, 3)], call: ([x]) => pow(1.5, x) },
  { title: 'square', inputs: [anywhere(2, 3)], call: ([x]) => square(x) },
  { title: 'reciprocal', inputs: [positive(2, 3)], call: ([x]) => reciprocal(x) },
  { title: 'rsqrt', inputs: [positive(2, 3)], call: ([x]) => rsqrt(x) },
  { title: 'sum: all axes', inputs: [anywhere(2, 3, 2)], call: ([x]) => sum(x) },
  { title: 'mean: all axes', inputs: [anywhere(2, 3, 2)], call: ([x]) => mean(x) },
  {
    title: 'mean: last axis, kept',
    inputs: [anywhere(4, 3)],
    call: ([x]) => mean(x, { axes: -1, keepDims: true }),
  },
  { title: 'max: all axes', inputs: [distinct(3, 4)], call: ([x]) => max(x) },
  {
    title: 'max: two axes of three',
    inputs: [distinct(3, 4, 5)],
    call: ([x]) => max(x, { axes: [0, 2] }),
  },
  { title: 'variance: defaults', inputs: [anywhere(3, 4)], call: ([x]) => variance(x) },
  { title: 'globalAvgPool2d', inputs: [anywhere(2, 3, 4, 5)], call: ([x]) => globalAvgPool2d(x) },
  {
    title: 'adaptiveAvgPool1d: overlapping windows',
    inputs: [anywhere(2, 3, 7)],
    call: ([x]) => adaptiveAvgPool1d(x, 3),
  },
  {
    title: 'adaptiveMaxPool1d: overlapping windows',
    inputs: [distinct(2, 3, 7)],
    call: ([x]) => adaptiveMaxPool1d(x, 3),
  },
  {
    title: 'adaptiveAvgPool2d: windows of equal size',
    inputs: [anywhere(2, 3, 4, 6)],
    call: ([x]) => adaptiveAvgPool2d(x, [2, 3]),
  },
  {
    title: 'adaptiveAvgPool2d: to one pixel',
    inputs: [anywhere(2, 3, 4, 5)],
    call: ([x]) => adaptiveAvgPool2d(x, 1),
  },
  {
    title: 'adaptiveMaxPool2d: windows of equal size',
    inputs: [distinct(2, 3, 4, 6)],
    call: ([x]) => adaptiveMaxPool2d(x, [2, 3]),
  },
  {
    title: 'interpolate: sequences',
    inputs: [anywhere(2, 3, 4)],
    call: ([x]) => interpolate(x, { scaleFactor: 1.5, mode: 'linear' }),
  },
  {
    title: 'groupNorm: weight without bias',
    inputs: [anywhere(2, 4, 3), positive(4)],
    call: ([x, weight]) => groupNorm(x, weight, null, { groups: 2 }),
  },
  {
    title: 'batchNorm: no parameters',
    inputs: [anywhere(4, 3, 5, 2)],
    call: ([x]) => batchNorm(x, null, null, { epsilon, momentum, running: null, training: true }),
  },
  { title: 'flatten', inputs: [anywhere(2, 3, 2)], call: ([x]) => flatten(x) },
  { title: 'transpose', inputs: [anywhere(2, 3, 4)], call: ([x]) => transpose(x, 0, 2) },
  { title: 'slice: from the end', inputs: [anywhere(5, 3)], call: ([x]) => slice(x, 0, -3, -1) },
  {
    title: 'concat: three',
    inputs: [anywhere(2, 2), anywhere(1, 2), anywhere(3, 2)],
    call: (parts) => concat(parts),
  },
  {
    title: 'linear',
    inputs: [anywhere(3, 4), anywhere(2, 4), anywhere(2)],
    call: ([x, w, b]) => linear(x, w, b),
  },
  { title: 'mse', inputs: [anywhere(3, 2), anywhere(3, 2)], call: ([a, b]) => mse(a, b) },
  {
    title: 'crossEntropy: mean, smoothed',
    inputs: [anywhere(4, 5), randomIndices(5, 4)],
    call: ([x, labels]) => crossEntropy(x, labels, { labelSmoothing: 0.2 }),
  },
  {
    title: 'crossEntropy: images, weights, smoothed',
    inputs: [anywhere(2, 4, 3, 2), randomIndices(4, 2, 3, 2)],
    call: ([x, labels]) =>
      crossEntropy(x, labels, { weight: [1, 2, 0.5, 3], labelSmoothing: 0.2, ignoreIndex: 2 }),
  },
  {
    title: 'nllLoss: weights, an ignored class',
    inputs: [anywhere(6, 4), randomIndices(4, 6)],
    call: ([x, labels]) => nllLoss(x, labels, { weight: [1, 2, 0.5, 3], ignoreIndex: 0 }),
  },
  {
    title: 'binaryCrossEntropyWithLogits: mean, weights',
    inputs: [anywhere(4, 3), anywhere(4, 3)],
    call: ([x, target]) =>
      binaryCrossEntropyWithLogits(x, target, { posWeight: 2, weight: tensor([1, 2, 0.5]) }),
  },
  {
    title: 'smoothL1',
    inputs: [anywhere(3, 4), anywhere(3, 4)],
    call: ([a, b]) => smoothL1(a, b, { beta: 0.5 }),
  },
  {
    title: 'klDiv: batchMean',
    inputs: [anywhere(3, 4), positive(3, 4)],
    call: ([x, target]) => klDiv(x, target, { reduction: 'batchMean' }),
  },
  { title: 'batchNorm: evaluation, images', inputs: normInputs, call: withRunning(false) },
  { title: 'batchNorm: evaluation, rows', inputs: rowInputs, call: withRunning(false) },
  {
    title: 'batchNorm: training with running statistics',
    inputs: normInputs,
    call: withRunning(true),
  },
  {
    title: 'batchNormReluPool: evaluation',
    inputs: poolInputs,
    call: withRunning(false, batchNormReluPool),
  },
  ...arrangementSamples,
  ...indexSamples,
];

/** All extra samples, including those that the gradient check omits. */
export const extraSamples: readonly Computation[] = [
  ...functionSamples,
  { title: 'batchNorm: running mean', inputs: normInputs, call: runningStatistics('mean') },
  { title: 'batchNorm: running variance', inputs: rowInputs, call: runningStatistics('variance') },
  {
    title: 'convNormReluPool: direct',
    inputs: blockInputs(2, 1, 5, 6, 7),
    call: blockWithoutGraph,
  },
  {
    title: 'convNormReluPool: even',
    inputs: blockInputs(2, 16, 17, 6, 8),
    call: blockWithoutGraph,
  },
  {
    title: 'convNormReluPool: odd',
    inputs: blockInputs(3, 18, 30, 7, 15),
    call: blockWithoutGraph,
  },
  {
    title: 'convNormReluPool: direct, no bias',
    inputs: blockInputs(2, 1, 5, 6, 7, false),
    call: blockWithoutGraph,
  },
  {
    title: 'convNormReluPool: no bias',
    inputs: blockInputs(2, 16, 17, 6, 8, false),
    call: blockWithoutGraph,
  },
  // Sums of more than 1,024 terms, which some backends compute in two stages. Too large for a
  // gradient check.
  { title: 'sum: two stages', inputs: [anywhere(5000)], call: ([x]) => sum(x) },
  {
    title: 'sum: two stages, columns',
    inputs: [anywhere(2, 4100, 3)],
    call: ([x]) => sum(x, { axes: 1 }),
  },
  {
    title: 'conv2d: weight gradient in parts',
    inputs: [anywhere(3, 1, 45, 47), anywhere(2, 1, 2, 2), anywhere(2)],
    call: ([x, weight, bias]) => conv2d(x, weight, bias),
  },
  ...comparisonSamples,
  { title: 'argsort: columns', inputs: [distinct(4, 7)], call: ([x]) => argsort(x, { axis: 0 }) },
];
