// Batch normalization over x [N, C, ...], with batch statistics (training) or running statistics
// (evaluation), and its gradients.
// Two routines let a backend implement forward and backward in one pass each. The formulas are in
// kernels/batchNorm.ts.

import * as kernels from '../../../kernels/batchNorm.js';
import type { ChannelConstants } from '../../../kernels/batchNorm.js';
import { scaleShift } from '../../../kernels/elementwise.js';
import type { GradientThunk } from '../autograd.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { elementwise, launch, sumOver, updateInPlace } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp } from '../op.js';
import { defineRoutine } from '../routine.js';
import { anywhere, positive } from '../sample.js';
import { format, sizeOf, type Shape } from '../shape.js';
import { checkTensor, ones, zeros, type Tensor } from '../tensor.js';

function channelConstants([images, channels, ...space]: Shape): ChannelConstants {
  return { images, channels, spatial: sizeOf(space) };
}

/**
 * x [images, channels, spatial] -> [channels], in two stages: over each plane, then over the
 * images.
 */
export const channelSumRoutine = defineRoutine<ChannelConstants>({
  name: 'channelSum',
  outputs: ({ channels }) => [[channels]],
  compose: ([x], { images, channels, spatial }) => {
    const planes = sumOver(x.reshape([images, channels, spatial]), [2]);
    return [sumOver(planes, [0]).reshape([channels])];
  },
});

/** Sum over every axis except the channels: [N, C, ...] -> [C]. */
export function channelSum(x: NdArray): NdArray {
  return channelSumRoutine([x], channelConstants(x.shape))[0];
}

/** Scalars of the batch norm routines. */
export type NormScalars = Readonly<Record<'epsilon', number>>;

/** (x, weight, bias) -> y, the mean of the batch, and its biased variance. */
export const batchNormTrain = defineRoutine<ChannelConstants, NormScalars>({
  name: 'batchNormTrain',
  outputs: ({ images, channels, spatial }) => [[images, channels, spatial], [channels], [channels]],
  compose: ([x, weight, bias], constants, { epsilon }) => {
    const { images, channels, spatial } = constants;
    const inverseCount = 1 / (images * spatial);
    const mean = elementwise(scaleShift, [channelSumRoutine([x], constants)[0]], {
      factor: inverseCount,
      summand: 0,
    });
    const planes = launch(kernels.squaredDeviation, [x, mean], [images, channels], constants);
    const variance = elementwise(scaleShift, [sumOver(planes, [0]).reshape([channels])], {
      factor: inverseCount,
      summand: 0,
    });
    const inverse = elementwise(kernels.inverseDeviation, [variance], { epsilon });
    const shape = [images, channels, spatial];
    return [
      launch(kernels.batchNormApply, [x, mean, inverse, weight, bias], shape, constants),
      mean,
      variance,
    ];
  },
});

/** (grad, x, mean, inverse) -> dweight, dbias. */
export const batchNormParametersGrad = defineRoutine<ChannelConstants>({
  name: 'batchNormParametersGrad',
  outputs: ({ channels }) => [[channels], [channels]],
  compose: ([grad, x, mean, inverse], constants) => {
    const { images, channels } = constants;
    const planes = launch(
      kernels.batchNormGradWeight,
      [grad, x, mean, inverse],
      [images, channels],
      constants,
    );
    return [sumOver(planes, [0]).reshape([channels]), channelSumRoutine([grad], constants)[0]];
  },
});

/** (grad, x, mean, variance, weight) -> dx, dweight, dbias. */
export const batchNormTrainGrad = defineRoutine<ChannelConstants, NormScalars>({
  name: 'batchNormTrainGrad',
  outputs: ({ images, channels, spatial }) => [[images, channels, spatial], [channels], [channels]],
  compose: ([grad, x, mean, variance, weight], constants, { epsilon }) => {
    const { images, channels, spatial } = constants;
    const inverse = elementwise(kernels.inverseDeviation, [variance], { epsilon });
    const [gradWeight, gradBias] = batchNormParametersGrad([grad, x, mean, inverse], constants);
    const inputs = [grad, x, mean, inverse, weight, gradWeight, gradBias];
    return [
      launch(kernels.batchNormGradInput, inputs, [images, channels, spatial], constants),
      gradWeight,
      gradBias,
    ];
  },
});

/** Options, mode and running statistics of a batch normalization. */
export interface BatchNormAttributes {
  /** Added to the variance, to avoid a division by 0 for a constant channel. */
  readonly epsilon: number;
  /** Weight of the new batch in the running statistics. */
  readonly momentum: number;
  /**
   * Running statistics, each [C]. Training updates them with the batch statistics; evaluation
   * (`training` false) uses them and requires them.
   */
  readonly running: { readonly mean: Tensor; readonly variance: Tensor } | null;
  /** Whether to normalize with batch statistics; otherwise with the running statistics. */
  readonly training: boolean;
}

/**
 * Validates that x [N, C, ...] and the parameters [C] match.
 *
 * @throws ShapeError if they do not
 * @throws ArgumentError if evaluation has no running statistics, or training has fewer than 2
 *   values per channel
 */
export function checkChannels(
  [x, weight, bias]: readonly Shape[],
  { running, training }: BatchNormAttributes,
  caller: string,
): void {
  if (x.length < 2) throw new ShapeError(`${caller}: needs [N, C, ...], got ${format(x)}`);
  for (const parameterShape of [
    weight,
    bias,
    ...(running ? [running.mean.shape, running.variance.shape] : []),
  ]) {
    if (parameterShape.length !== 1 || parameterShape[0] !== x[1]) {
      throw new ShapeError(
        `${caller}: input has ${x[1]} channels but a parameter has shape ${format(parameterShape)}`,
      );
    }
  }
  if (!training && running === null) {
    throw new ArgumentError(`${caller}: evaluation needs running statistics`);
  }
  if (training && sizeOf(x) / x[1] < 2) {
    throw new ArgumentError(
      `${caller}: training needs more than one value per channel, got ${format(x)}`,
    );
  }
}

/**
 * running = (1 - momentum) running + momentum batch, with the unbiased variance (n / (n - 1)), as
 * in PyTorch.
 */
export function updateRunning(
  mean: NdArray,
  variance: NdArray,
  count: number,
  attributes: BatchNormAttributes,
): void {
  const { running, momentum } = attributes;
  if (running === null) return;
  updateInPlace(kernels.runningAverage, running.mean.array, [mean], { momentum, correction: 1 });
  updateInPlace(kernels.runningAverage, running.variance.array, [variance], {
    momentum,
    correction: count / (count - 1),
  });
}

/**
 * Evaluation mode: dx, dweight and dbias for grad, the gradient of batchNorm's output. The running
 * statistics are those of forward; they are constants, since they do not depend on x.
 */
export function evaluationGradients(
  grad: () => NdArray,
  [x, weight]: readonly NdArray[],
  [mean, variance]: readonly NdArray[],
  epsilon: number,
): readonly GradientThunk[] {
  const constants = channelConstants(x.shape);
  const inverse = (): NdArray => elementwise(kernels.inverseDeviation, [variance], { epsilon });
  // One routine computes the gradients of both parameters; the first thunk that runs calls it.
  let cached: readonly NdArray[] | null = null;
  const parameters = (): readonly NdArray[] =>
    (cached ??= batchNormParametersGrad([grad(), x, mean, inverse()], constants));
  return [
    () => launch(kernels.batchNormGradInputEval, [grad(), inverse(), weight], x.shape, constants),
    () => parameters()[0],
    () => parameters()[1],
  ];
}

const trainingAttributes: BatchNormAttributes = {
  epsilon: 1e-5,
  momentum: 0.1,
  running: null,
  training: true,
};

/** The op behind `batchNorm`: x [N, C, ...], weight [C], bias [C]. */
export const batchNormOp = defineOp<BatchNormAttributes>({
  name: 'batchNorm',
  infer: (shapes, attributes) => {
    checkChannels(shapes, attributes, 'batchNorm');
    return shapes[0];
  },
  forward: ([x, weight, bias], attributes, save) => {
    const { epsilon, running, training } = attributes;
    const constants = channelConstants(x.shape);
    if (training) {
      const [y, mean, variance] = batchNormTrain([x, weight, bias], constants, { epsilon });
      updateRunning(mean, variance, constants.images * constants.spatial, attributes);
      save(mean);
      save(variance);
      return y.reshape(x.shape);
    }
    const [mean, variance] = [running!.mean.array, running!.variance.array];
    save(mean);
    save(variance);
    const inverse = elementwise(kernels.inverseDeviation, [variance], { epsilon });
    return launch(kernels.batchNormApply, [x, mean, inverse, weight, bias], x.shape, constants);
  },
  backward: ({ grad, inputs, attributes, saved }) => {
    const { training, epsilon } = attributes;
    if (!training) return evaluationGradients(() => grad, inputs, saved, epsilon);
    const [x, weight] = inputs;
    const constants = channelConstants(x.shape);
    // One routine computes all three gradients; the first thunk that runs calls it.
    let cached: readonly NdArray[] | null = null;
    const gradients = (): readonly NdArray[] =>
      (cached ??= batchNormTrainGrad([grad, x, ...saved, weight], constants, {
        epsilon,
      }));
    return [() => gradients()[0].reshape(x.shape), () => gradients()[1], () => gradients()[2]];
  },
  samples: [
    {
      title: 'training, images',
      inputs: [anywhere(3, 2, 4, 3), positive(2), anywhere(2)],
      attributes: trainingAttributes,
    },
    {
      title: 'training, rows',
      inputs: [anywhere(6, 5), positive(5), anywhere(5)],
      attributes: trainingAttributes,
    },
    {
      title: 'training, large epsilon',
      inputs: [anywhere(2, 9, 5, 5), positive(9), anywhere(9)],
      attributes: { ...trainingAttributes, epsilon: 1e-2 },
    },
  ],
});

/** The inputs of a normalization over the channels of x; null stands for weights of 1, biases of 0. */
export function withParameters(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  caller: string,
): readonly [x: Tensor, weight: Tensor, bias: Tensor] {
  checkTensor(x, `${caller}: x`);
  const options = { backend: x.array.backend };
  const shape = x.shape.slice(1, 2);
  return [x, weight ?? ones(shape, options), bias ?? zeros(shape, options)];
}

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias, per channel.
 *
 * @param x [N, C, ...]
 * @param weight [C], or null for 1
 * @param bias [C], or null for 0
 * @throws ShapeError or ArgumentError; see `checkChannels`
 * @example
 * const options = { epsilon: 1e-5, momentum: 0.1, running: null, training: true };
 * print(
 *   await scope(() => batchNorm(tensor([[1], [3]]), ones([1]), zeros([1]), options).data()),
 * );
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
 */
export function batchNorm(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  attributes: BatchNormAttributes,
): Tensor {
  return batchNormOp(withParameters(x, weight, bias, 'batchNorm'), attributes);
}
