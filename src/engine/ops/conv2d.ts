// Two-dimensional convolution over images [N, C, H, W]: shape rule, gradients and options.
// The formulas are in kernels/conv2d.ts.

import type { Conv2dConstants } from '../../../kernels/conv2d.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { defineOp } from '../op.js';
import { checkOptions, describeValue } from '../options.js';
import { anywhere } from '../sample.js';
import { format, type Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { channelSum } from './batchNorm.js';
import { convolve, convolveTransposed, gradWeight } from './internal/convolution.js';
import { checkImages, pair, outputSize, type Pair } from './internal/window.js';
import { slice } from './view.js';

/** Attributes of `conv2dOp`; a pair is one number for both directions or [vertical, horizontal]. */
export interface Conv2dAttributes {
  /** Step between windows. Default 1. */
  readonly stride?: Pair;
  /** Zeros added on each side. Default 0. */
  readonly padding?: Pair;
  /** Distance between the elements of a filter. Default 1. */
  readonly dilation?: Pair;
  /**
   * Number of channel groups that are convolved separately; must divide both channel counts. The
   * wasm backend computes eight output channels of a group at a time, so a depthwise convolution is
   * slower per multiplication. Default 1.
   */
  readonly groups?: number;
}

/** Options of `conv2d`. */
export interface Conv2dOptions extends Omit<Conv2dAttributes, 'padding'> {
  /**
   * Zeros added on each side, or `same`: as many as keep the size of the image, which requires
   * stride 1. If their number is odd, the extra zeros are at the bottom and the right. Default 0.
   */
  readonly padding?: Pair | 'same';
}

/** Padding that conv2dOp applies on each side, and the rows and columns of its output to drop. */
export interface SamePadding {
  readonly padding: readonly [number, number];
  readonly drop: readonly [number, number];
}

/**
 * Resolves `padding: 'same'`: dilation * (kernelSize - 1) zeros along each axis. An odd number is
 * rounded up on both sides, and the first output is dropped.
 *
 * @throws ArgumentError unless the stride is 1
 */
export function samePadding(
  kernelSize: readonly [number, number],
  { stride = 1, dilation = 1 }: Conv2dOptions,
  caller: string,
): SamePadding {
  if (pair(stride, 1, caller, 'stride').some((step) => step !== 1)) {
    throw new ArgumentError(
      `${caller}: padding "same" requires stride 1, got stride ${describeValue(stride)}`,
    );
  }
  const [dilationY, dilationX] = pair(dilation, 1, caller, 'dilation');
  const [totalY, totalX] = [dilationY * (kernelSize[0] - 1), dilationX * (kernelSize[1] - 1)];
  return {
    padding: [Math.ceil(totalY / 2), Math.ceil(totalX / 2)],
    drop: [totalY % 2, totalX % 2],
  };
}

/**
 * Sizes of a convolution.
 *
 * @throws ShapeError or ArgumentError if they do not match
 */
function geometry(
  x: Shape,
  weight: Shape,
  options: Conv2dAttributes,
  caller = 'conv2d',
): Conv2dConstants {
  checkImages(x, caller);
  const [strideY, strideX] = pair(options.stride ?? 1, 1, caller, 'stride');
  const [padY, padX] = pair(options.padding ?? 0, 0, caller, 'padding');
  const [dilationY, dilationX] = pair(options.dilation ?? 1, 1, caller, 'dilation');
  const [groups] = pair(options.groups ?? 1, 1, caller, 'groups');
  const shapes = `(x ${format(x)}, w ${format(weight)})`;
  if (weight.length !== 4)
    throw new ShapeError(`${caller}: weight must be [O, C/groups, kh, kw] ${shapes}`);
  const [batch, inChannels, height, width] = x;
  const [outChannels, groupIn, kernelHeight, kernelWidth] = weight;
  if (inChannels !== groupIn * groups) {
    const groupSuffix = groups === 1 ? '' : ` x ${groups} groups`;
    throw new ShapeError(
      `${caller}: input has ${inChannels} channels but weight expects ${groupIn}${groupSuffix} ${shapes}`,
    );
  }
  if (outChannels % groups !== 0) {
    throw new ShapeError(
      `${caller}: ${outChannels} output channels do not divide into ${groups} groups ${shapes}`,
    );
  }
  const outHeight = outputSize(height, kernelHeight, strideY, padY, dilationY);
  const outWidth = outputSize(width, kernelWidth, strideX, padX, dilationX);
  if (outHeight < 1 || outWidth < 1) {
    throw new ShapeError(
      `${caller}: the window is larger than the padded image ${shapes}, padding [${padY},${padX}]`,
    );
  }
  return {
    batch,
    inChannels,
    height,
    width,
    outChannels,
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
    groupOut: outChannels / groups,
  };
}

/** `geometry`, with a check of the bias shape. */
export function conv2dGeometry(
  x: Shape,
  weight: Shape,
  bias: Shape | undefined,
  options: Conv2dAttributes,
  caller = 'conv2d',
): Conv2dConstants {
  const g = geometry(x, weight, options, caller);
  if (bias !== undefined && (bias.length !== 1 || bias[0] !== g.outChannels)) {
    throw new ShapeError(`${caller}: bias must be [${g.outChannels}], got ${format(bias)}`);
  }
  return g;
}

const sample = (
  title: string,
  x: number[],
  weight: number[],
  attributes: Conv2dAttributes,
  bias = true,
) => ({
  title,
  inputs: [anywhere(...x), anywhere(...weight), ...(bias ? [anywhere(weight[0])] : [])],
  attributes,
});

/** The op behind `conv2d`: x [N, C, H, W], weight [O, C / groups, kh, kw], optionally bias [O]. */
export const conv2dOp = defineOp<Conv2dAttributes>({
  name: 'conv2d',
  infer: ([x, weight, bias], options) => {
    const g = conv2dGeometry(x, weight, bias, options);
    return [g.batch, g.outChannels, g.outHeight, g.outWidth];
  },
  forward: ([x, weight, bias], options) =>
    convolve(x, weight, bias, geometry(x.shape, weight.shape, options)),
  backward: ({ grad, inputs: [x, weight], attributes }) => {
    const g = geometry(x.shape, weight.shape, attributes);
    return [
      () => convolveTransposed(grad, weight, undefined, g),
      () => gradWeight(x, grad, weight.shape, g),
      () => channelSum(grad), // dbias = sum of grad over images and positions
    ];
  },
  samples: [
    sample('3x3, padding 1', [2, 3, 5, 4], [4, 3, 3, 3], { padding: 1 }),
    sample('one channel', [3, 1, 6, 6], [5, 1, 3, 3], { padding: 1 }),
    sample('no bias, no padding', [1, 2, 4, 5], [3, 2, 2, 3], {}, false),
    sample('stride 2', [2, 2, 7, 6], [3, 2, 3, 3], { stride: 2, padding: 1 }),
    sample('stride [2,1], padding [0,2]', [1, 2, 6, 5], [2, 2, 3, 2], {
      stride: [2, 1],
      padding: [0, 2],
    }),
    sample('dilation 2', [1, 2, 7, 7], [2, 2, 3, 3], { dilation: 2, padding: 2 }),
    sample('two groups', [2, 4, 4, 4], [6, 2, 3, 3], { groups: 2, padding: 1 }),
    sample('depthwise, stride 2', [1, 3, 6, 6], [3, 1, 3, 3], { groups: 3, stride: 2, padding: 1 }),
    sample('1x1', [2, 5, 3, 3], [9, 5, 1, 1], {}),
    sample('more channels than a SIMD tile', [1, 9, 3, 4], [17, 9, 1, 2], { padding: [0, 1] }),
  ],
});

/**
 * Convolution (cross-correlation) of images with a set of filters.
 *
 * The images and filters should be finite: the wasm backend multiplies an infinity by the zeros of
 * the padding, and its 3x3 convolutions with stride 1 and at least 16 channels (Winograd) spread it
 * over the 16 outputs of a tile. Both give NaN where the definition gives a number or an infinity.
 *
 * @param x [N, C, H, W]
 * @param weight [O, C / groups, kh, kw]
 * @param bias [O], or null
 * @returns [N, O, H', W'] with H' = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1
 * @throws ShapeError if the channels do not match or the window is larger than the padded image
 * @throws ArgumentError for an unknown option, or `padding: 'same'` with another stride than 1
 * @example
 * const image = ones([1, 1, 3, 3]); // [N, C, H, W]
 * const weight = ones([1, 1, 2, 2]); // [outChannels, inChannels, kernel height, kernel width]
 * print(await scope(() => conv2d(image, weight).data())); // [4, 4, 4, 4]
 * for (const one of [image, weight]) one.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv2dOptions = {},
): Tensor {
  checkOptions('conv2d', options, { stride: true, padding: true, dilation: true, groups: true });
  const inputs = bias === null ? [x, weight] : [x, weight, bias];
  const { padding, ...others } = options;
  if (padding !== 'same') return conv2dOp(inputs, { ...others, padding: padding ?? 0 });
  const [kernelHeight, kernelWidth] = weight.shape.slice(2);
  const same = samePadding([kernelHeight, kernelWidth], options, 'conv2d');
  const y = conv2dOp(inputs, { ...others, padding: same.padding });
  return same.drop.reduce((kept, drop, i) => (drop === 0 ? kept : slice(kept, 2 + i, drop)), y);
}
