// Maps each kind of golden case, with PyTorch's option names, to a call of an inkgrad op.

import {
  avgPool2d,
  batchNorm,
  clamp,
  conv2d,
  crossEntropy,
  gelu,
  globalAvgPool2d,
  layerNorm,
  leakyRelu,
  logSoftmax,
  matmul,
  max,
  maxPool2d,
  mse,
  relu,
  sigmoid,
  softCrossEntropy,
  softmax,
  tanh,
  type Tensor,
  tensor,
  variance,
} from '../../src/engine/index.js';
import type { GoldenCase, GoldenName } from './fixtures.js';

/** Input tensors by name. */
export type Inputs = Readonly<Record<string, Tensor>>;

type Call = (inputs: Inputs, golden: GoldenCase) => Tensor;

/** Calls by the option `kind`, or by fixture if it has only one kind. */
const calls: Readonly<Record<string, Call>> = {
  conv2d: (inputs, { options }) =>
    conv2d(inputs.x, inputs.weight, 'bias' in inputs ? inputs.bias : null, {
      stride: options.pair('stride'),
      padding: options.pair('padding'),
      dilation: options.pair('dilation'),
      groups: options.number('groups'),
    }),
  batchnorm: ({ x, weight, bias, running_mean, running_var }, { options }) => {
    const training = options.flag('training');
    const running = training ? null : { mean: running_mean, variance: running_var };
    const [epsilon, momentum] = [options.number('eps'), options.number('momentum')];
    return batchNorm(x, weight, bias, { epsilon, momentum, running, training });
  },
  'pool max': ({ x }, { options }) => maxPool2d(x, poolOptions(options)),
  'pool avg': ({ x }, { options }) =>
    avgPool2d(x, { ...poolOptions(options), countPadding: options.flag('count_include_pad') }),
  'pool adaptive_avg': ({ x }) => globalAvgPool2d(x),
  cross_entropy: ({ x }, { options, values }) =>
    crossEntropy(x, tensor(values.numbers('labels')), {
      labelSmoothing: options.number('label_smoothing'),
      reduction: reductionOf(options),
    }),
  soft_cross_entropy: ({ x, target }, { options }) =>
    softCrossEntropy(x, target, reductionOf(options)),
  mse: ({ x, target }, { options }) => mse(x, target, reductionOf(options)),
  softmax: ({ x }, { options }) => softmax(x, options.number('axis')),
  log_softmax: ({ x }, { options }) => logSoftmax(x, options.number('axis')),
  relu: ({ x }) => relu(x),
  sigmoid: ({ x }) => sigmoid(x),
  tanh: ({ x }) => tanh(x),
  leaky_relu: ({ x }, { options }) => leakyRelu(x, options.number('negative_slope')),
  gelu: ({ x }, { options }) =>
    gelu(x, { approximate: options.text('approximate') === 'tanh' ? 'tanh' : 'none' }),
  clamp: ({ x }, { options }) => {
    const bound = (name: string, fallback: number): number =>
      options.has(name) ? options.number(name) : fallback;
    return clamp(x, bound('min', -Infinity), bound('max', Infinity));
  },
  layer_norm: ({ x, weight, bias }, { options }) =>
    layerNorm(x, weight, bias, { epsilon: options.number('eps') }),
  var: ({ x }, { options }) =>
    variance(x, {
      axes: options.numbers('axes'),
      keepDims: options.flag('keepdim'),
      correction: options.flag('unbiased') ? 1 : 0,
    }),
  max: ({ x }, { options }) => max(x, { axes: options.number('axis') }),
  matmul: ({ a, b }) => matmul(a, b),
};

function poolOptions(options: GoldenCase['options']) {
  return {
    window: options.pair('kernel_size'),
    stride: options.pair('stride'),
    padding: options.pair('padding'),
  };
}

function reductionOf(options: GoldenCase['options']): 'mean' | 'sum' {
  const reduction = options.text('reduction');
  if (reduction !== 'mean' && reduction !== 'sum')
    throw new Error(`unknown reduction ${reduction}`);
  return reduction;
}

/** The call for a case. Throws if no call is defined for its kind. */
export function callOf(fixture: GoldenName, golden: GoldenCase): Call {
  const kind = golden.options.has('kind') ? golden.options.text('kind') : fixture;
  const call = calls[fixture === 'pool' ? `pool ${kind}` : kind] as Call | undefined;
  if (call === undefined) throw new Error(`golden ${fixture}: no call for the kind ${kind}`);
  return call;
}
