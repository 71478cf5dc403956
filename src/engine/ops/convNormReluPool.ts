// Convolution, batch norm with running statistics, ReLU and 2x2 max pooling as one function, for
// inference.
// It records no graph. A backend may fold the batch norm into the filters, since the values between
// the two are not needed. nn/fuse.ts substitutes it for the layers.

import * as kernels from '../../../kernels/conv2d.js';
import type { Conv2dConstants } from '../../../kernels/conv2d.js';
import type { PoolConstants } from '../../../kernels/pool.js';
import { isRecording } from '../current.js';
import { ArgumentError } from '../errors.js';
import { filled, launch } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineRoutine } from '../routine.js';
import { Tensor } from '../tensor.js';
import { checkChannels, type BatchNormAttributes, type NormScalars } from './batchNorm.js';
import { bnReluPoolEval } from './batchNormReluPool.js';
import { conv2dGeometry, type Conv2dAttributes } from './conv2d.js';
import { poolGeometry } from './pool.js';

const NAME = 'convNormReluPool';

/** The 2x2 pooling windows over the output of a convolution. */
function poolGeometryOf({
  batch,
  outChannels,
  outHeight,
  outWidth,
}: Conv2dConstants): PoolConstants {
  return poolGeometry([batch, outChannels, outHeight, outWidth], { window: 2 }, NAME);
}

/**
 * (x, weight, mean, variance, gamma, beta, and optionally bias) -> y [planes, floor(outHeight / 2),
 * floor(outWidth / 2)].
 */
export const convNormReluPoolEval = defineRoutine<Conv2dConstants, NormScalars>({
  name: 'convNormReluPoolEval',
  outputs: (g) => {
    const { planes, outHeight, outWidth } = poolGeometryOf(g);
    return [[planes, outHeight, outWidth]];
  },
  compose: ([x, weight, mean, variance, gamma, beta, bias], g, { epsilon }) => {
    const shape = [g.batch, g.outChannels, g.outHeight, g.outWidth];
    const biasOrZeros = (bias as NdArray | undefined) ?? filled(x.backend, [g.outChannels], 0);
    const y = launch(kernels.conv2d, [x, weight, biasOrZeros], shape, g);
    return bnReluPoolEval([y, mean, variance, gamma, beta], poolGeometryOf(g), { epsilon });
  },
});

/** Parameters of a convolution and the batch norm that follows it. */
export interface ConvNormOperands {
  /** [O, C / groups, kh, kw] */
  readonly weight: Tensor;
  /** [O], or null. */
  readonly bias: Tensor | null;
  /** Stride, padding, dilation and groups of the convolution. */
  readonly options: Conv2dAttributes;
  /** Weight and bias of batch norm, [O]. */
  readonly gamma: Tensor;
  /** See `gamma`. */
  readonly beta: Tensor;
  /** Must have running statistics, and `training` false. */
  readonly attributes: BatchNormAttributes;
}

/**
 * maxPool2d(relu(batchNorm(conv2d(x)))), with running statistics and 2x2 windows. Only under
 * `noGrad`.
 *
 * @param x [N, C, H, W]
 * @returns [N, O, floor(H' / 2), floor(W' / 2)], where H' and W' are the output size of the
 *   convolution
 * @throws ArgumentError while a graph is recorded, or without running statistics
 */
export function convNormReluPool(x: Tensor, operands: ConvNormOperands): Tensor {
  const { weight, bias, options, gamma, beta, attributes } = operands;
  const { running, training, epsilon } = attributes;
  if (isRecording()) throw new ArgumentError(`${NAME}: has no gradient; call it under noGrad()`);
  if (running === null || training) throw new ArgumentError(`${NAME}: needs running statistics`);
  const g = conv2dGeometry(x.shape, weight.shape, bias?.shape, options);
  const output = [g.batch, g.outChannels, g.outHeight, g.outWidth];
  checkChannels([output, gamma.shape, beta.shape], attributes, NAME);
  const statistics = [running.mean, running.variance, gamma, beta].map((tensor) => tensor.array);
  const inputs = [x.array, weight.array, ...statistics, ...(bias === null ? [] : [bias.array])];
  const [y] = convNormReluPoolEval(inputs, g, { epsilon });
  return new Tensor(y.reshape([g.batch, g.outChannels, ...y.shape.slice(1)]));
}
