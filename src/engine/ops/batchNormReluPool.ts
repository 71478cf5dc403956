// Batch norm, ReLU and 2x2 max pooling as one op.
// The results equal those of the three ops. A backend need not store the values between them: it
// recomputes them in the backward pass. nn/fuse.ts substitutes this op for the three layers.

import { relu, reluGrad } from '../../../kernels/activation.js';
import { batchNormApply, inverseDeviation } from '../../../kernels/batchNorm.js';
import type { ChannelConstants } from '../../../kernels/batchNorm.js';
import { maxPoolGrad, type PoolConstants } from '../../../kernels/pool.js';
import { elementwise, launch } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp, type SampleInput } from '../op.js';
import { defineRoutine } from '../routine.js';
import { sizeOf, type Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import {
  batchNormTrain,
  batchNormTrainGrad,
  checkChannels,
  evaluationGradients,
  updateRunning,
  withParameters,
  type BatchNormAttributes,
  type NormScalars,
} from './batchNorm.js';
import { maxPool2dRoutine, poolGeometry, pooledShape } from './pool.js';

const NAME = 'batchNormReluPool';

const geometry = (x: Shape): PoolConstants => poolGeometry(x, { window: 2 }, NAME);

const channelsOf = ({ planes, channels, height, width }: PoolConstants): ChannelConstants => ({
  images: channels === 0 ? 0 : planes / channels,
  channels,
  spatial: height * width,
});

const outputShape = ({ planes, outHeight, outWidth }: PoolConstants): Shape => [
  planes,
  outHeight,
  outWidth,
];

/** h -> the maximum of relu(h) under each window, and its index. */
function reluPool(h: NdArray, g: PoolConstants): readonly NdArray[] {
  return maxPool2dRoutine([elementwise(relu, [h])], g);
}

/** dh: the gradient goes to the first maximum under each window, if that is positive. */
function reluPoolGrad(grad: NdArray, h: NdArray, g: PoolConstants): NdArray {
  const [, index] = reluPool(h, g);
  const gradRelu = launch(maxPoolGrad, [grad, index], [g.planes, g.height, g.width], g);
  return elementwise(reluGrad, [gradRelu, h.reshape(gradRelu.shape)]);
}

/** (x, mean, variance, weight, bias) -> h = batch norm of x with these statistics. */
function normalize(inputs: readonly NdArray[], g: PoolConstants, epsilon: number): NdArray {
  const [x, mean, variance, weight, bias] = inputs;
  const inverse = elementwise(inverseDeviation, [variance], { epsilon });
  const operands = [x, mean, inverse, weight, bias];
  return launch(batchNormApply, operands, [g.planes, g.height, g.width], channelsOf(g));
}

/**
 * (x, weight, bias) -> y, the mean of the batch, and its biased variance. Windows 2x2, stride 2, no
 * padding.
 */
export const bnReluPoolTrain = defineRoutine<PoolConstants, NormScalars>({
  name: 'bnReluPoolTrain',
  outputs: (g) => [outputShape(g), [g.channels], [g.channels]],
  compose: (inputs, g, scalars) => {
    const [h, mean, variance] = batchNormTrain(inputs, channelsOf(g), scalars);
    return [reluPool(h, g)[0], mean, variance];
  },
});

/**
 * (grad, x, mean, variance, weight, bias) -> dx, dweight, dbias. Recomputes h, which is not saved.
 */
export const bnReluPoolTrainGrad = defineRoutine<PoolConstants, NormScalars>({
  name: 'bnReluPoolTrainGrad',
  outputs: (g) => [[g.planes, g.height, g.width], [g.channels], [g.channels]],
  compose: ([grad, ...inputs], g, { epsilon }) => {
    const [x, mean, variance, weight] = inputs;
    const gradNorm = reluPoolGrad(grad, normalize(inputs, g, epsilon), g);
    return batchNormTrainGrad([gradNorm, x, mean, variance, weight], channelsOf(g), { epsilon });
  },
});

/** (x, mean, variance, weight, bias) -> y, with running statistics. */
export const bnReluPoolEval = defineRoutine<PoolConstants, NormScalars>({
  name: 'bnReluPoolEval',
  outputs: (g) => [outputShape(g)],
  compose: (inputs, g, { epsilon }) => [reluPool(normalize(inputs, g, epsilon), g)[0]],
});

/**
 * Every channel contains the same evenly spaced numbers, mean 0 and variance 1, in random order. No
 * two are nearly equal. With the weights below, batch norm maps none of them near ReLU's kink, for
 * any seed.
 */
const evenlySpacedChannels = (
  images: number,
  channels: number,
  height: number,
  width: number,
): SampleInput => ({
  shape: [images, channels, height, width],
  differentiable: true,
  values: (rng) => {
    const plane = height * width;
    const count = images * plane;
    const spacing = Math.sqrt(12 / (count * count - 1));
    const orders = Array.from({ length: channels }, () => rng.permutation(count));
    return Float64Array.from({ length: channels * count }, (_, i) => {
      const [image, channel] = [
        Math.floor(i / (channels * plane)),
        Math.floor(i / plane) % channels,
      ];
      return spacing * (orders[channel][image * plane + (i % plane)] - (count - 1) / 2);
    });
  },
});

/**
 * Weights of both signs, and biases that shift a channel by a fraction of its standard deviation.
 */
const weights = (channels: number): SampleInput => ({
  shape: [channels],
  differentiable: true,
  values: () =>
    Float64Array.from({ length: channels }, (_, c) => (c % 2 === 0 ? 1 : -0.8) * (1 + c / 8)),
});
/** See `weights`. */
const biases = (channels: number): SampleInput => ({
  shape: [channels],
  differentiable: true,
  values: () => Float64Array.from({ length: channels }, (_, c) => ((c % 5) - 2) * 0.23 + 0.04),
});

const sampleAttributes: BatchNormAttributes = {
  epsilon: 1e-5,
  momentum: 0.1,
  running: null,
  training: true,
};

/** The op behind `batchNormReluPool`: x [N, C, H, W], weight [C], bias [C]. */
export const batchNormReluPoolOp = defineOp<BatchNormAttributes>({
  name: NAME,
  infer: (shapes, options) => {
    const g = geometry(shapes[0]);
    checkChannels(shapes, options, NAME);
    return pooledShape(shapes[0], g);
  },
  forward: ([x, weight, bias], options, save) => {
    const { epsilon, running, training } = options;
    const g = geometry(x.shape);
    if (!training) {
      const { mean, variance } = running!;
      save(mean.array);
      save(variance.array);
      const inputs = [x, mean.array, variance.array, weight, bias];
      return bnReluPoolEval(inputs, g, { epsilon })[0].reshape(pooledShape(x.shape, g));
    }
    const [y, mean, variance] = bnReluPoolTrain([x, weight, bias], g, { epsilon });
    updateRunning(mean, variance, sizeOf(x.shape) / g.channels, options);
    save(mean);
    save(variance);
    return y.reshape(pooledShape(x.shape, g));
  },
  backward: ({ grad, inputs, attributes: options, saved }) => {
    const { epsilon, training } = options;
    const [x, weight, bias] = inputs;
    const g = geometry(x.shape);
    if (!training) {
      const normInputs = [x, ...saved, weight, bias];
      let gradNorm: NdArray | null = null;
      const gradOfNorm = (): NdArray =>
        (gradNorm ??= reluPoolGrad(grad, normalize(normInputs, g, epsilon), g).reshape(x.shape));
      return evaluationGradients(gradOfNorm, inputs, saved, epsilon);
    }
    // One routine computes all three gradients; the first thunk that runs calls it.
    let cached: readonly NdArray[] | null = null;
    const gradients = (): readonly NdArray[] =>
      (cached ??= bnReluPoolTrainGrad([grad, x, ...saved, weight, bias], g, { epsilon }));
    return [() => gradients()[0].reshape(x.shape), () => gradients()[1], () => gradients()[2]];
  },
  samples: [
    {
      title: 'even size',
      inputs: [evenlySpacedChannels(2, 2, 4, 6), weights(2), biases(2)],
      attributes: sampleAttributes,
    },
    {
      title: 'odd size',
      inputs: [evenlySpacedChannels(2, 5, 5, 7), weights(5), biases(5)],
      attributes: sampleAttributes,
    },
    {
      title: 'odd width',
      inputs: [evenlySpacedChannels(3, 21, 2, 3), weights(21), biases(21)],
      attributes: sampleAttributes,
    },
    {
      title: 'large epsilon',
      inputs: [evenlySpacedChannels(1, 4, 7, 4), weights(4), biases(4)],
      attributes: { ...sampleAttributes, epsilon: 0.02 },
    },
  ],
});

/**
 * maxPool2d(relu(batchNorm(x, weight, bias, attributes)), { window: 2 }), in one pass if the
 * backend implements it.
 *
 * Ties and kinks are treated as in the three ops: the first maximum gets the gradient, and a window
 * whose maximum is not positive has gradient 0. An odd last row or column is not pooled, but it is
 * part of the statistics and has their gradient.
 *
 * @param x [N, C, H, W]
 * @param weight [C], or null for 1
 * @param bias [C], or null for 0
 * @returns [N, C, floor(H / 2), floor(W / 2)]
 * @throws ShapeError or ArgumentError; see `checkChannels`
 */
export function batchNormReluPool(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  attributes: BatchNormAttributes,
): Tensor {
  return batchNormReluPoolOp(withParameters(x, weight, bias, NAME), attributes);
}
