// Largest differences allowed between an output or gradient and PyTorch's float64 result.
//
// A float32 sum of n terms has an error of at most n u times the sum of their magnitudes, where
// u = 2^-24. A tensor may therefore differ by
//
//   factor * terms * u * scale,
//
// where `scale` is its largest finite value, but at least `floor`. One table states `terms` and
// `factor` of every op.

import { sizeOf, type Shape } from '../../src/engine/shape.js';
import type { Case } from './fixture.js';
import { viewedShape } from './view.js';

/** Largest relative error of float64 results. The fixture is rounded to 5e-13. */
export const FLOAT64_TOLERANCE = 1e-10;

const UNIT_ROUNDOFF = 2 ** -24;

/** Smaller differences are rounding of subnormal numbers, which a backend may flush to 0. */
export const FLOAT32_SMALLEST = 2 ** -126;

interface Row {
  readonly ops: readonly string[];
  /** Largest number of terms in one element of an output or a gradient. */
  readonly terms: (one: Case) => number;
  readonly factor: number;
  readonly reason: string;
}

/** Shape of an input as the op gets it. */
const shapeOf = ({ inputs }: Case, index: number): Shape => viewedShape(inputs[index]);

/** Elements of the output for one element of the smallest input: the terms of its gradient. */
function repeats({ inputs, outputs }: Case): number {
  const output = sizeOf(outputs[0].shape);
  const sizes = inputs.map(({ shape }) => sizeOf(shape)).filter((size) => size > 0);
  return Math.max(1, output / Math.min(...sizes));
}

/** Elements of the input for one element of the output, and the reverse for expanded inputs. */
function reduced(one: Case): number {
  const input = sizeOf(shapeOf(one, 0));
  return Math.max(1, input / Math.max(1, sizeOf(one.outputs[0].shape)), repeats(one));
}

/** Products per output, and per element of the gradients of both factors and of the bias. */
function productTerms(one: Case): number {
  const output = one.outputs[0].shape;
  const inner = shapeOf(one, 0).at(-1)!;
  const [rows, columns] = [output.at(-2) ?? 1, output.at(-1)!];
  const size = sizeOf(output);
  return Math.max(1, inner, size / Math.max(1, rows), size / Math.max(1, columns));
}

/** Products of a window of all channels, of all filters, and of all windows of the batch. */
function convolutionTerms(one: Case): number {
  const [outChannels, ...window] = shapeOf(one, 1);
  const [batch, , ...space] = one.outputs[0].shape;
  const taps = sizeOf(window.slice(1));
  return Math.max(1, sizeOf(window), outChannels * taps, batch * sizeOf(space));
}

/** Products per output, per element of the gradients of x and of the weight, and of the bias. */
function transposedTerms(one: Case): number {
  const [channels, ...window] = shapeOf(one, 1);
  const [batch, , ...space] = shapeOf(one, 0);
  const [, , ...outSpace] = one.outputs[0].shape;
  const taps = sizeOf(window.slice(1));
  const positions = batch * Math.max(sizeOf(space), sizeOf(outSpace));
  return Math.max(1, sizeOf(window), channels * taps, positions);
}

/** Values of the longest line along one axis, and the broadcast rows. */
function lineTerms(one: Case): number {
  return Math.max(1, ...shapeOf(one, 0), repeats(one));
}

/**
 * Values per mean, and means per parameter, times 1 / sqrt(epsilon), by which the rounding error of
 * a mean is multiplied at most.
 */
function normalizedTerms(one: Case): number {
  const epsilon = (one.options.epsilon as number | undefined) ?? 1e-5;
  const values = sizeOf(shapeOf(one, 0));
  if (one.op === 'groupNorm') {
    const [images, channels] = shapeOf(one, 0);
    const groups = images * (one.options.groups as number);
    return Math.max(1, values / groups, values / channels) / Math.sqrt(epsilon);
  }
  const parameters = Math.max(1, sizeOf(shapeOf(one, 1)));
  const perMean = one.op === 'layerNorm' ? parameters : values / parameters;
  return Math.max(1, perMean, values / parameters) / Math.sqrt(epsilon);
}

/** Pooling that divides a sum by the number of its terms. */
const MEAN_POOLING: readonly string[] = [
  'avgPool1d',
  'avgPool2d',
  'globalAvgPool2d',
  'adaptiveAvgPool1d',
  'adaptiveAvgPool2d',
];

const rows: readonly Row[] = [
  {
    ops: [
      ...['relu', 'neg', 'abs', 'clamp', 'maximum', 'minimum', 'where', 'maskedFill', 'leakyRelu'],
      ...['sign', 'floor', 'ceil', 'round'],
    ],
    terms: repeats,
    factor: 2,
    reason: 'at most one product per element; broadcasting sums the gradient',
  },
  {
    ops: [
      ...['reshape', 'flatten', 'permute', 'transpose', 'expand', 'slice', 'concat', 'gatherRows'],
      ...['squeeze', 'unsqueeze', 'stack', 'split', 'chunk', 'flip', 'roll', 'pad', 'tril', 'triu'],
      ...['gather', 'indexSelect', 'sort'],
    ],
    terms: repeats,
    factor: 1,
    reason: 'copies; the gradient of a repeated element is a sum',
  },
  {
    ops: [
      ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalNot'],
      ...['isnan', 'isinf', 'isfinite', 'oneHot'],
    ],
    terms: () => 0,
    factor: 0,
    reason: '0 or 1',
  },
  {
    ops: [
      ...['max', 'min', 'argmax', 'argmin', 'argsort', 'topk'],
      ...['maxPool1d', 'maxPool2d', 'adaptiveMaxPool1d', 'adaptiveMaxPool2d'],
    ],
    terms: repeats,
    factor: 2,
    reason: 'selection; overlapping windows and ties sum or divide the gradient',
  },
  {
    ops: ['add', 'sub', 'mul', 'div', 'scaleShift', 'dropout', 'square', 'reciprocal'],
    terms: repeats,
    factor: 4,
    reason: 'up to four roundings per element (a / b^2); broadcasting sums the gradient',
  },
  {
    ops: [
      'exp',
      'log',
      'sqrt',
      'sigmoid',
      'tanh',
      'gelu',
      'pow',
      'rsqrt',
      'sin',
      'cos',
      'log1p',
      'expm1',
      'erf',
      'softplus',
      'silu',
      'elu',
    ],
    terms: repeats,
    factor: 12,
    reason: 'a polynomial or a power of degree up to 10 in rounded arithmetic, times the gradient',
  },
  {
    ops: ['sum', 'mean', ...MEAN_POOLING],
    terms: reduced,
    factor: 2,
    reason: 'one sum, divided by the count',
  },
  {
    ops: ['cumsum'],
    terms: lineTerms,
    factor: 2,
    reason: 'one sum of a line',
  },
  {
    ops: ['scatterAdd'],
    terms: (one) => sizeOf(shapeOf(one, 1)) + repeats(one),
    factor: 2,
    reason: 'one sum of the elements with one index',
  },
  {
    ops: ['prod'],
    terms: reduced,
    factor: 2,
    reason: 'one product; the gradient of an element is the product of the others',
  },
  {
    ops: ['einsum'],
    terms: ({ inputs }) =>
      inputs.reduce((total, { values }) => total * Math.max(1, values.length), 1),
    factor: 2,
    reason: 'sums of products of one element of each operand',
  },
  {
    ops: ['interpolate'],
    terms: (one) => 4 * reduced(one),
    factor: 4,
    reason: 'four terms per element, with weights rounded to float32',
  },
  {
    ops: ['matmul', 'linear', 'linearRelu'],
    terms: productTerms,
    factor: 2,
    reason: 'one sum of products and a bias',
  },
  {
    ops: ['conv1d', 'conv2d'],
    terms: convolutionTerms,
    factor: 2,
    reason: 'one sum of products and a bias; the terms also cover the transforms of Winograd',
  },
  {
    ops: ['convTranspose1d', 'convTranspose2d'],
    terms: transposedTerms,
    factor: 2,
    reason: 'as conv2d, with input and output exchanged',
  },
  {
    ops: ['softmax', 'logSoftmax', 'crossEntropy', 'softCrossEntropy', 'nllLoss', 'mse'],
    terms: lineTerms,
    factor: 8,
    reason: 'a sum of exponentials or squares, its logarithm, then the sum over the batch',
  },
  {
    ops: ['binaryCrossEntropy', 'binaryCrossEntropyWithLogits', 'klDiv'],
    terms: reduced,
    factor: 12,
    reason: 'two logarithms or an exponential, products with target and weight, one sum',
  },
  {
    ops: ['l1', 'huber', 'smoothL1'],
    terms: reduced,
    factor: 4,
    reason: 'up to four roundings per element (delta (d - delta / 2)), one sum',
  },
  {
    ops: ['variance'],
    terms: reduced,
    factor: 8,
    reason: 'a sum of squares of differences from a rounded mean',
  },
  {
    ops: ['batchNorm', 'batchNormReluPool', 'layerNorm', 'groupNorm'],
    terms: normalizedTerms,
    factor: 16,
    reason: 'the rounding errors of three sums, times weights and gradients up to 2',
  },
  {
    ops: ['rmsNorm'],
    terms: (one) => 64 * Math.max(1, sizeOf(shapeOf(one, 1)), repeats(one)),
    factor: 4,
    reason:
      'the gradient is a difference of quotients by the root mean square of multiples of 1/64',
  },
  {
    ops: ['convNormReluPool'],
    terms: (one) => convolutionTerms(one) / Math.sqrt(one.options.epsilon as number),
    factor: 4,
    reason: 'a convolution whose rounding error is divided by the standard deviation',
  },
];

/** Ops whose outputs and gradients have a fixed size, whatever the size of the inputs. */
const FIXED_SIZE: ReadonlySet<string> = new Set([
  'softmax',
  'logSoftmax',
  'crossEntropy',
  'softCrossEntropy',
]);

/** Ops whose gradient is a mean of the output's gradient, whatever the size of the inputs. */
const MEANS: ReadonlySet<string> = new Set(['mean', ...MEAN_POOLING]);

/**
 * The least scale of a result. Ordinary inputs are about 1, so a result of 0 may have an error
 * relative to 1. Scaled inputs (large, small) have no such scale.
 */
export function floorOf({ op, kind }: Case, result: string): number {
  if (kind !== 'large' && kind !== 'small') return 1;
  return FIXED_SIZE.has(op) || (MEANS.has(op) && result.startsWith('gradient')) ? 1 : 0;
}

/** Ops without a row; a new op needs one. */
export function opsWithoutTolerance(ops: readonly string[]): string[] {
  return ops.filter((op) => !rows.some((row) => row.ops.includes(op)));
}

/** The relative tolerance of a case on a backend of this element type. */
export function toleranceOf(one: Case, dtype: 'float32' | 'float64'): number {
  if (dtype === 'float64') return FLOAT64_TOLERANCE;
  const { terms, factor } = rows.find(({ ops }) => ops.includes(one.op))!;
  return factor * terms(one) * UNIT_ROUNDOFF;
}
