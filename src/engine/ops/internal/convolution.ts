// The three launches of convolution and transposed convolution. Each is the forward pass of one op
// and a gradient of the other: the transpose of a convolution is its input gradient.
// `g` is always the geometry of the convolution, whose input is [N, C, H, W] and whose output is
// [N, O, H', W'].

import * as kernels from '../../../../kernels/conv2d.js';
import type { Conv2dConstants } from '../../../../kernels/conv2d.js';
import { filled, launch, sumOver } from '../../launch.js';
import type { NdArray } from '../../ndarray.js';
import type { Shape } from '../../shape.js';

/** x [N, C, H, W], weight [O, C / groups, kh, kw], bias [O] or undefined -> [N, O, H', W']. */
export function convolve(
  x: NdArray,
  weight: NdArray,
  bias: NdArray | undefined,
  g: Conv2dConstants,
): NdArray {
  const biasOrZeros = bias ?? filled(x.backend, [g.outChannels], 0);
  const shape = [g.batch, g.outChannels, g.outHeight, g.outWidth];
  return launch(kernels.conv2d, [x, weight, biasOrZeros], shape, g);
}

/**
 * x [N, O, H', W'], weight [O, C / groups, kh, kw], bias [C] or undefined -> [N, C, H, W]. With the
 * gradient of a convolution's output as x, and no bias, this is the gradient of its input.
 */
export function convolveTransposed(
  x: NdArray,
  weight: NdArray,
  bias: NdArray | undefined,
  g: Conv2dConstants,
): NdArray {
  const biasOrZeros = bias ?? filled(x.backend, [g.inChannels], 0);
  const shape = [g.batch, g.inChannels, g.height, g.width];
  return launch(kernels.convTranspose2d, [x, weight, biasOrZeros], shape, g);
}

/**
 * The gradient of the weight, from input [N, C, H, W] and output [N, O, H', W'] of the convolution;
 * for the transpose, `output` is its input and `input` the gradient of its output. If the sums are
 * longer than the backend's `maxTerms`, it sums over several images at a time and then adds these
 * parts.
 */
export function gradWeight(
  input: NdArray,
  output: NdArray,
  shape: Shape,
  g: Conv2dConstants,
): NdArray {
  const positions = g.outHeight * g.outWidth;
  const maxImages = Math.max(1, Math.floor((input.backend.maxTerms ?? Infinity) / positions));
  const partImages = Math.max(1, Math.min(g.batch, maxImages));
  const parts = Math.max(1, Math.ceil(g.batch / partImages));
  const constants = { ...g, partImages };
  const sums = launch(kernels.conv2dGradWeight, [input, output], [parts, ...shape], constants);
  return (parts === 1 ? sums : sumOver(sums, [0])).reshape(shape);
}
