// Transposed convolution over images [N, C, H, W]: the input gradient of a convolution as an op. It
// enlarges images: with stride s, each input pixel adds a filter to the output, s pixels apart.
// The formula is in kernels/conv2d.ts.

import type { Conv2dConstants } from '../../../kernels/conv2d.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { defineOp } from '../op.js';
import { checkOptions } from '../options.js';
import { anywhere } from '../sample.js';
import { format, type Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { channelSum } from './batchNorm.js';
import { convolve, convolveTransposed, gradWeight } from './internal/convolution.js';
import { checkImages, pair, type Pair } from './internal/window.js';

/** Options of `convTranspose2d`; a pair is one number or [vertical, horizontal]. */
export interface ConvTranspose2dOptions {
  /** Distance between the filters that adjacent input pixels add. Default 1. */
  readonly stride?: Pair;
  /** Rows and columns cut off on each side of the output. Default 0. */
  readonly padding?: Pair;
  /**
   * Rows and columns added at the bottom and the right of the output; less than the stride or the
   * dilation. A strided convolution maps several input sizes to one; this selects which of them is
   * restored. Default 0.
   */
  readonly outputPadding?: Pair;
  /** Distance between the elements of a filter. Default 1. */
  readonly dilation?: Pair;
  /**
   * Number of channel groups that are convolved separately; must divide both channel counts.
   * Default 1.
   */
  readonly groups?: number;
}

/**
 * Sizes of the convolution whose transpose maps x to the output: `inChannels`, `height` and `width`
 * are those of the output of the op.
 *
 * @throws ShapeError or ArgumentError if they do not match
 */
export function convTranspose2dGeometry(
  x: Shape,
  weight: Shape,
  bias: Shape | undefined,
  options: ConvTranspose2dOptions,
  caller = 'convTranspose2d',
): Conv2dConstants {
  checkImages(x, caller);
  const [strideY, strideX] = pair(options.stride ?? 1, 1, caller, 'stride');
  const [padY, padX] = pair(options.padding ?? 0, 0, caller, 'padding');
  const [dilationY, dilationX] = pair(options.dilation ?? 1, 1, caller, 'dilation');
  const [extraY, extraX] = pair(options.outputPadding ?? 0, 0, caller, 'outputPadding');
  const [groups] = pair(options.groups ?? 1, 1, caller, 'groups');
  const shapes = `(x ${format(x)}, w ${format(weight)})`;
  if (weight.length !== 4)
    throw new ShapeError(`${caller}: weight must be [C, O/groups, kh, kw] ${shapes}`);
  const [batch, channels, outHeight, outWidth] = x;
  const [weightChannels, groupIn, kernelHeight, kernelWidth] = weight;
  if (channels !== weightChannels) {
    throw new ShapeError(
      `${caller}: input has ${channels} channels but weight expects ${weightChannels} ${shapes}`,
    );
  }
  if (channels % groups !== 0) {
    throw new ShapeError(
      `${caller}: ${channels} input channels do not divide into ${groups} groups ${shapes}`,
    );
  }
  if (extraY >= Math.max(strideY, dilationY) || extraX >= Math.max(strideX, dilationX)) {
    throw new ArgumentError(
      `${caller}: outputPadding [${extraY},${extraX}] must be less than the stride ` +
        `[${strideY},${strideX}] or the dilation [${dilationY},${dilationX}]`,
    );
  }
  const inChannels = groupIn * groups;
  if (bias !== undefined && (bias.length !== 1 || bias[0] !== inChannels)) {
    throw new ShapeError(`${caller}: bias must be [${inChannels}], got ${format(bias)}`);
  }
  // The size that a convolution with these options maps to outHeight x outWidth.
  const height = (outHeight - 1) * strideY - 2 * padY + dilationY * (kernelHeight - 1) + extraY + 1;
  const width = (outWidth - 1) * strideX - 2 * padX + dilationX * (kernelWidth - 1) + extraX + 1;
  if (outHeight < 1 || outWidth < 1 || height < 1 || width < 1) {
    throw new ShapeError(
      `${caller}: the output would have ${height} x ${width} pixels ${shapes}, ` +
        `padding [${padY},${padX}]; needs at least 1 x 1`,
    );
  }
  return {
    batch,
    inChannels,
    height,
    width,
    outChannels: channels,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    padY,
    padX,
    dilationY,
    dilationX,
    groups,
    groupIn,
    groupOut: channels / groups,
  };
}

const sample = (
  title: string,
  x: number[],
  weight: number[],
  attributes: ConvTranspose2dOptions,
  bias = true,
) => ({
  title,
  inputs: [
    anywhere(...x),
    anywhere(...weight),
    ...(bias ? [anywhere(weight[1] * (attributes.groups ?? 1))] : []),
  ],
  attributes,
});

/** The op behind `convTranspose2d`: x [N, C, H, W], weight [C, O / groups, kh, kw], optionally bias [O]. */
export const convTranspose2dOp = defineOp<ConvTranspose2dOptions>({
  name: 'convTranspose2d',
  infer: ([x, weight, bias], options) => {
    const g = convTranspose2dGeometry(x, weight, bias, options);
    return [g.batch, g.inChannels, g.height, g.width];
  },
  forward: ([x, weight, bias], options) =>
    convolveTransposed(
      x,
      weight,
      bias,
      convTranspose2dGeometry(x.shape, weight.shape, undefined, options),
    ),
  // The transpose of the transpose is the convolution.
  backward: ({ grad, inputs: [x, weight], attributes }) => {
    const g = convTranspose2dGeometry(x.shape, weight.shape, undefined, attributes);
    return [
      () => convolve(grad, weight, undefined, g),
      () => gradWeight(grad, x, weight.shape, g),
      () => channelSum(grad), // dbias = sum of grad over images and positions
    ];
  },
  samples: [
    sample('3x3, stride 2, padding 1, output padding 1', [2, 3, 4, 3], [3, 4, 3, 3], {
      stride: 2,
      padding: 1,
      outputPadding: 1,
    }),
    sample('2x2, stride 2', [2, 3, 2, 3], [3, 2, 2, 2], { stride: 2 }),
    sample('no bias, stride 1', [1, 2, 4, 5], [2, 3, 2, 3], {}, false),
    sample('stride [3,1], padding [0,2], output padding [2,0]', [1, 2, 3, 4], [2, 3, 2, 3], {
      stride: [3, 1],
      padding: [0, 2],
      outputPadding: [2, 0],
    }),
    sample('padding larger than the filter', [1, 2, 6, 5], [2, 2, 2, 1], { padding: [2, 1] }),
    sample('dilation 2, output padding 1', [1, 2, 3, 4], [2, 2, 3, 2], {
      dilation: 2,
      outputPadding: 1,
    }),
    sample('two groups', [2, 4, 3, 3], [4, 3, 3, 3], { groups: 2, stride: 2, padding: 1 }),
    sample('depthwise', [1, 3, 4, 4], [3, 1, 3, 3], { groups: 3, stride: 2, padding: 1 }),
    sample('more channels than a SIMD tile', [1, 9, 2, 3], [9, 17, 1, 2], { padding: [0, 1] }),
  ],
});

/**
 * Transposed convolution of images, also called deconvolution. It enlarges images with trained
 * filters, and it is the gradient of `conv2d` with respect to its input.
 *
 * As in `conv2d`, images and filters should be finite.
 *
 * @param x [N, C, H, W]
 * @param weight [C, O / groups, kh, kw]; the weight of the convolution from O to C channels
 * @param bias [O], or null
 * @returns [N, O, H', W'] with
 *   H' = (H - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1
 * @throws ShapeError if the channels do not match or the output would be empty
 * @throws ArgumentError for an unknown option, or an output padding of at least stride and dilation
 * @example
 * scope(() => {
 *   const y = convTranspose2d(ones([1, 1, 2, 2]), ones([1, 1, 2, 2]), null, { stride: 2 });
 *   print(y.shape); // [1, 1, 4, 4]
 * });
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  checkOptions('convTranspose2d', options, {
    stride: true,
    padding: true,
    outputPadding: true,
    dilation: true,
    groups: true,
  });
  return convTranspose2dOp(bias === null ? [x, weight] : [x, weight, bias], options);
}
