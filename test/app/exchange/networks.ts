// Layers and networks for the tests of the export: at least one case for every row of the table.

import {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  ConvTranspose1d,
  ConvTranspose2d,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  GELU,
  GlobalAvgPool2d,
  GroupNorm,
  LayerNorm,
  LeakyReLU,
  Linear,
  MaxPool1d,
  MaxPool2d,
  MultiheadAttention,
  noGrad,
  PositionalEncoding,
  ReLU,
  RMSNorm,
  Rng,
  scope,
  Sequential,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
  tensor,
  TransformerEncoderLayer,
  Upsample,
  type Layer,
} from '../../../src/index.js';
import type { OnnxInput } from '../../support/onnxruntime.js';

export interface NetworkCase {
  readonly title: string;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  readonly make: (rng: Rng) => Layer;
  /** Number of different indices; absent for other inputs. */
  readonly indices?: number;
}

const IMAGE = [4, 7, 9];
const SEQUENCE = [4, 11];

const conv2d =
  (options: object) =>
  (rng: Rng): Layer =>
    new Conv2d({ inChannels: 4, outChannels: 6, kernelSize: 3, rng, ...options });
const conv1d =
  (options: object) =>
  (rng: Rng): Layer =>
    new Conv1d({ inChannels: 4, outChannels: 6, kernelSize: 3, rng, ...options });
const transposed2d =
  (options: object) =>
  (rng: Rng): Layer =>
    new ConvTranspose2d({ inChannels: 4, outChannels: 6, kernelSize: 3, rng, ...options });
const transposed1d =
  (options: object) =>
  (rng: Rng): Layer =>
    new ConvTranspose1d({ inChannels: 4, outChannels: 6, kernelSize: 4, rng, ...options });
const encoder =
  (options: object) =>
  (rng: Rng): Layer =>
    new TransformerEncoderLayer({ dModel: 8, numHeads: 2, dimFeedforward: 12, rng, ...options });

const images = (title: string, make: NetworkCase['make']): NetworkCase => ({
  title,
  inputShape: IMAGE,
  make,
});
const sequences = (title: string, make: NetworkCase['make']): NetworkCase => ({
  title,
  inputShape: SEQUENCE,
  make,
});
const rows = (title: string, make: NetworkCase['make']): NetworkCase => ({
  title,
  inputShape: [5, 8],
  make,
});

/** A small convolutional network of nested Sequentials. */
function convolutionalNetwork(rng: Rng): Sequential {
  const block = (inChannels: number, outChannels: number): Sequential =>
    new Sequential(
      new Conv2d({ inChannels, outChannels, kernelSize: 3, padding: 1, rng }),
      new BatchNorm2d({ numFeatures: outChannels }),
      new ReLU(),
      new MaxPool2d({ kernelSize: 2 }),
    );
  return new Sequential(
    new Sequential(block(4, 6), block(6, 10)),
    new Flatten(),
    new Dropout({ rng }),
    new Linear({ inFeatures: 20, outFeatures: 3, rng }),
  );
}

/** A language model with tied weights. */
function languageModel(rng: Rng): Sequential {
  const embedding = new Embedding({ numEmbeddings: 12, embeddingDim: 8, rng });
  return new Sequential(
    embedding,
    new PositionalEncoding({ embedDim: 8, maxLength: 20, batchFirst: true }),
    new TransformerEncoderLayer({
      dModel: 8,
      numHeads: 2,
      dimFeedforward: 16,
      activation: 'gelu',
      batchFirst: true,
      normFirst: true,
      causal: true,
      rng,
    }),
    new LayerNorm({ normalizedShape: 8 }),
    new Linear({ inFeatures: 8, outFeatures: 12, bias: false, weight: embedding.weight, rng }),
  );
}

export const CASES: readonly NetworkCase[] = [
  images('Conv2d', conv2d({})),
  images('Conv2d, stride and padding', conv2d({ kernelSize: [3, 2], stride: [2, 3], padding: 1 })),
  images('Conv2d, groups and dilation', conv2d({ groups: 2, dilation: [1, 2], bias: false })),
  images('Conv2d, padding same, even kernel', conv2d({ kernelSize: [2, 4], padding: 'same' })),
  sequences('Conv1d', conv1d({ stride: 2, padding: 1, dilation: 2, groups: 2 })),
  sequences('Conv1d, padding same, even kernel', conv1d({ kernelSize: 4, padding: 'same' })),
  images('ConvTranspose2d', transposed2d({ stride: [2, 3], padding: 1, outputPadding: [1, 2] })),
  images('ConvTranspose2d, groups', transposed2d({ groups: 2, dilation: 2, bias: false })),
  sequences('ConvTranspose1d', transposed1d({ stride: 3, padding: 2, outputPadding: 1 })),
  images('BatchNorm2d', () => new BatchNorm2d({ numFeatures: 4, epsilon: 1e-3 })),
  images('BatchNorm2d, not affine', () => new BatchNorm2d({ numFeatures: 4, affine: false })),
  images(
    'BatchNorm2d, statistics of the batch',
    () => new BatchNorm2d({ numFeatures: 4, trackRunningStats: false, momentum: null }),
  ),
  sequences('BatchNorm1d', () => new BatchNorm1d({ numFeatures: 4 })),
  { title: 'BatchNorm1d, rows', inputShape: [6], make: () => new BatchNorm1d({ numFeatures: 6 }) },
  images('GroupNorm', () => new GroupNorm({ numGroups: 2, numChannels: 4 })),
  sequences(
    'GroupNorm, not affine',
    () => new GroupNorm({ numGroups: 4, numChannels: 4, epsilon: 1e-3, affine: false }),
  ),
  rows('LayerNorm', () => new LayerNorm({ normalizedShape: 8 })),
  images('LayerNorm, two axes', () => new LayerNorm({ normalizedShape: [7, 9], epsilon: 1e-3 })),
  rows('RMSNorm', () => new RMSNorm({ normalizedShape: 8 })),
  images('RMSNorm, two axes', () => new RMSNorm({ normalizedShape: [7, 9], epsilon: 1e-3 })),
  images('ReLU', () => new ReLU()),
  images('LeakyReLU', () => new LeakyReLU({ slope: 0.2 })),
  images('ELU', () => new ELU({ alpha: 0.7 })),
  images('GELU', () => new GELU()),
  images('GELU, tanh', () => new GELU({ approximate: 'tanh' })),
  images('SiLU', () => new SiLU()),
  images('Sigmoid', () => new Sigmoid()),
  images('Tanh', () => new Tanh()),
  images('Softplus', () => new Softplus()),
  images('Softplus, beta and threshold', () => new Softplus({ beta: 2.5, threshold: 1 })),
  images('MaxPool2d', () => new MaxPool2d({ kernelSize: 2 })),
  images('MaxPool2d, padding', () => new MaxPool2d({ kernelSize: 3, stride: [1, 2], padding: 1 })),
  images(
    'MaxPool2d, ceilMode',
    () => new MaxPool2d({ kernelSize: [2, 3], stride: [2, 4], padding: [1, 0], ceilMode: true }),
  ),
  images('AvgPool2d', () => new AvgPool2d({ kernelSize: [2, 3], padding: 1 })),
  images(
    'AvgPool2d, without padding',
    () => new AvgPool2d({ kernelSize: 3, stride: 2, padding: 1, countIncludePad: false }),
  ),
  images(
    'AvgPool2d, ceilMode',
    () => new AvgPool2d({ kernelSize: 3, stride: [3, 2], padding: 1, ceilMode: true }),
  ),
  images(
    'AvgPool2d, ceilMode, not padded',
    () => new AvgPool2d({ kernelSize: 2, stride: 2, ceilMode: true }),
  ),
  sequences('MaxPool1d', () => new MaxPool1d({ kernelSize: 3, stride: 2, padding: 1 })),
  sequences('AvgPool1d', () => new AvgPool1d({ kernelSize: 4, padding: 2, ceilMode: true })),
  images('GlobalAvgPool2d', () => new GlobalAvgPool2d()),
  images('AdaptiveAvgPool2d', () => new AdaptiveAvgPool2d({ outputSize: [3, 4] })),
  images('AdaptiveAvgPool2d, divisors', () => new AdaptiveAvgPool2d({ outputSize: [7, 3] })),
  images('AdaptiveAvgPool2d, null', () => new AdaptiveAvgPool2d({ outputSize: [null, 2] })),
  images('AdaptiveMaxPool2d', () => new AdaptiveMaxPool2d({ outputSize: [3, 4] })),
  images('AdaptiveMaxPool2d, divisors', () => new AdaptiveMaxPool2d({ outputSize: 1 })),
  sequences('AdaptiveAvgPool1d', () => new AdaptiveAvgPool1d({ outputSize: 4 })),
  sequences('AdaptiveMaxPool1d', () => new AdaptiveMaxPool1d({ outputSize: 4 })),
  images('Upsample, nearest', () => new Upsample({ scaleFactor: [2, 3] })),
  images('Upsample, nearest, smaller', () => new Upsample({ size: [3, 14] })),
  images('Upsample, bilinear', () => new Upsample({ scaleFactor: 2, mode: 'bilinear' })),
  images(
    'Upsample, aligned corners',
    () => new Upsample({ size: [14, 18], mode: 'bilinear', alignCorners: true }),
  ),
  images(
    'Upsample, other factors',
    () => new Upsample({ scaleFactor: [1.7, 0.6], mode: 'bilinear' }),
  ),
  sequences('Upsample, linear', () => new Upsample({ scaleFactor: 2, mode: 'linear' })),
  sequences('Upsample, linear, size', () => new Upsample({ size: 16, mode: 'linear' })),
  { title: 'Linear', inputShape: [8], make: (rng) => linear(rng, true) },
  rows('Linear, three axes', (rng) => linear(rng, true)),
  rows('Linear, three axes, no bias', (rng) => linear(rng, false)),
  rows('Flatten', () => new Flatten()),
  images('Flatten, last axes', () => new Flatten({ startAxis: -2 })),
  images('Flatten, all axes', () => new Flatten({ startAxis: 0 })),
  rows('Dropout', (rng) => new Dropout({ probability: 0.3, rng })),
  {
    title: 'Embedding',
    inputShape: [5],
    indices: 6,
    make: (rng) => new Embedding({ numEmbeddings: 6, embeddingDim: 3, paddingIndex: 2, rng }),
  },
  rows(
    'PositionalEncoding',
    () => new PositionalEncoding({ embedDim: 8, maxLength: 9, batchFirst: true }),
  ),
  rows('PositionalEncoding, length first', () => new PositionalEncoding({ embedDim: 8 })),
  rows(
    'MultiheadAttention',
    (rng) => new MultiheadAttention({ embedDim: 8, numHeads: 4, batchFirst: true, rng }),
  ),
  rows(
    'MultiheadAttention, length first',
    (rng) => new MultiheadAttention({ embedDim: 8, numHeads: 2, bias: false, rng }),
  ),
  rows('TransformerEncoderLayer', encoder({ batchFirst: true })),
  rows('TransformerEncoderLayer, causal', encoder({ causal: true, activation: 'gelu' })),
  rows('TransformerEncoderLayer, pre-norm', encoder({ normFirst: true, epsilon: 1e-3 })),
  images('a convolutional network', convolutionalNetwork),
  { title: 'a language model', inputShape: [5], indices: 12, make: languageModel },
  rows('an empty network', () => new Sequential()),
];

function linear(rng: Rng, bias: boolean): Linear {
  return new Linear({ inFeatures: 8, outFeatures: 3, bias, rng });
}

/**
 * The network of a case in evaluation mode. All parameters and running statistics are random.
 */
export function createNetwork({ make }: NetworkCase): Layer {
  const network = make(new Rng(3));
  const rng = new Rng(4);
  for (const [name, array] of [...network.namedParameters(), ...network.namedBuffers()]) {
    if (name.endsWith('encoding') || name.endsWith('num_batches_tracked')) continue;
    const low = name.endsWith('running_var') ? 0.5 : -0.5;
    array.assign(Array.from({ length: array.size }, () => low + rng.uniform()));
  }
  return network.eval();
}

/** A random batch for a case. */
export function createInput({ inputShape, indices }: NetworkCase, examples: number): OnnxInput {
  const shape = [examples, ...inputShape];
  const rng = new Rng(5);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
    indices === undefined ? 4 * rng.uniform() - 2 : Math.floor(indices * rng.uniform()),
  );
  return { data, shape, isIndices: indices !== undefined };
}

/** Shape and values of a network's output. */
export function outputOf(
  network: Layer,
  { data, shape }: OnnxInput,
): Promise<{ shape: readonly number[]; data: ArrayLike<number> }> {
  return scope(() => {
    const output = noGrad(() => network.forward(tensor(data, { shape })));
    return output.data().then((values) => ({ shape: output.shape, data: values }));
  });
}

/** Largest difference, relative to the largest value or 1. */
export function relativeDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) return Infinity;
  let [difference, largest] = [0, 1];
  for (let i = 0; i < one.length; i++) {
    // A comparison with NaN is false, so NaN must not pass as equal.
    const current = Math.abs(one[i] - other[i]);
    if (!(current <= difference)) difference = current;
    largest = Math.max(largest, Math.abs(one[i]));
  }
  return difference / largest;
}
