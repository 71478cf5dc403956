// One-dimensional convolution and transposed convolution over [N, C, L], computed as those of images
// with one row. The backends' fast paths of conv2d apply.

import { defineComposite } from '../op.js';
import { checkOptions } from '../options.js';
import { anywhere } from '../sample.js';
import type { Tensor } from '../tensor.js';
import { conv2d, conv2dGeometry, samePadding, type Conv2dOptions } from './conv2d.js';
import {
  convTranspose2dGeometry,
  convTranspose2dOp,
  type ConvTranspose2dOptions,
} from './convTranspose2d.js';
import { alongRow, asRow, fromRow } from './internal/lines.js';

/** Options of `conv1d`. */
export interface Conv1dOptions {
  /** Step between windows. Default 1. */
  readonly stride?: number;
  /**
   * Zeros added at both ends, or `same`: as many as keep the length, which requires stride 1. If
   * their number is odd, the extra zero is at the end. Default 0.
   */
  readonly padding?: number | 'same';
  /** Distance between the elements of a filter. Default 1. */
  readonly dilation?: number;
  /**
   * Number of channel groups that are convolved separately; must divide both channel counts.
   * Default 1.
   */
  readonly groups?: number;
}

/** Options of `convTranspose1d`. */
export interface ConvTranspose1dOptions {
  /** Distance between the filters that adjacent input elements add. Default 1. */
  readonly stride?: number;
  /** Elements cut off at both ends of the output. Default 0. */
  readonly padding?: number;
  /** Elements added at the end of the output; less than the stride or the dilation. Default 0. */
  readonly outputPadding?: number;
  /** Distance between the elements of a filter. Default 1. */
  readonly dilation?: number;
  /**
   * Number of channel groups that are convolved separately; must divide both channel counts.
   * Default 1.
   */
  readonly groups?: number;
}

/** The options of the convolution of images with one row. */
function conv2dOptionsOf(options: Conv1dOptions): Required<Conv2dOptions> {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  return {
    stride: alongRow(stride, 1, 'conv1d', 'stride'),
    padding: padding === 'same' ? 'same' : alongRow(padding, 0, 'conv1d', 'padding'),
    dilation: alongRow(dilation, 1, 'conv1d', 'dilation'),
    groups,
  };
}

/** The op behind `conv1d`: x [N, C, L], weight [O, C / groups, k], optionally bias [O]. */
export const conv1dOp = defineComposite<Conv1dOptions>({
  name: 'conv1d',
  compose: ([x, weight, bias], attributes) => {
    const images = asRow(x, 'conv1d');
    const filters = asRow(weight, 'conv1d', 'weight', '[O, C/groups, k]');
    const options = conv2dOptionsOf(attributes);
    // Errors name conv1d.
    const padding =
      options.padding === 'same'
        ? samePadding([1, filters.shape[3]], options, 'conv1d').padding
        : options.padding;
    const biasOrNull = (bias as Tensor | undefined) ?? null;
    conv2dGeometry(
      images.shape,
      filters.shape,
      biasOrNull?.shape,
      { ...options, padding },
      'conv1d',
    );
    return fromRow(conv2d(images, filters, biasOrNull, options));
  },
  samples: [
    {
      title: 'padding 1',
      inputs: [anywhere(2, 3, 7), anywhere(4, 3, 3), anywhere(4)],
      attributes: { padding: 1 },
    },
    {
      title: 'stride 2, dilation 2, no bias',
      inputs: [anywhere(1, 2, 9), anywhere(3, 2, 3)],
      attributes: { stride: 2, dilation: 2 },
    },
    {
      title: 'padding same, even window',
      inputs: [anywhere(2, 2, 5), anywhere(2, 2, 4), anywhere(2)],
      attributes: { padding: 'same' },
    },
    {
      title: 'depthwise',
      inputs: [anywhere(2, 3, 6), anywhere(3, 1, 3), anywhere(3)],
      attributes: { groups: 3 },
    },
  ],
});

/** The op behind `convTranspose1d`: x [N, C, L], weight [C, O / groups, k], optionally bias [O]. */
export const convTranspose1dOp = defineComposite<ConvTranspose1dOptions>({
  name: 'convTranspose1d',
  compose: ([x, weight, bias], attributes) => {
    const caller = 'convTranspose1d';
    const images = asRow(x, caller);
    const filters = asRow(weight, caller, 'weight', '[C, O/groups, k]');
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 } = attributes;
    const options: ConvTranspose2dOptions = {
      stride: alongRow(stride, 1, caller, 'stride'),
      padding: alongRow(padding, 0, caller, 'padding'),
      outputPadding: alongRow(outputPadding, 0, caller, 'outputPadding'),
      dilation: alongRow(dilation, 1, caller, 'dilation'),
      groups,
    };
    const biasShape = (bias as Tensor | undefined)?.shape;
    // Errors name convTranspose1d.
    convTranspose2dGeometry(images.shape, filters.shape, biasShape, options, caller);
    const inputs = biasShape === undefined ? [images, filters] : [images, filters, bias];
    return fromRow(convTranspose2dOp(inputs, options));
  },
  samples: [
    {
      title: 'stride 2, padding 1, output padding 1',
      inputs: [anywhere(2, 3, 4), anywhere(3, 2, 3), anywhere(2)],
      attributes: { stride: 2, padding: 1, outputPadding: 1 },
    },
    {
      title: 'dilation 2, two groups, no bias',
      inputs: [anywhere(1, 4, 3), anywhere(4, 3, 2)],
      attributes: { dilation: 2, groups: 2 },
    },
  ],
});

/**
 * Convolution (cross-correlation) of sequences with a set of filters.
 *
 * Computed as `conv2d` of images [N, C, 1, L]; error messages show these shapes.
 *
 * @param x [N, C, L]
 * @param weight [O, C / groups, k]
 * @param bias [O], or null
 * @returns [N, O, L'] with L' = floor((L + 2 padding - dilation (k - 1) - 1) / stride) + 1
 * @throws ShapeError if the channels do not match or the window is larger than the padded sequence
 * @throws ArgumentError for an unknown option, or `padding: 'same'` with another stride than 1
 * @example
 * const y = scope(() => conv1d(tensor([[[1, 2, 3, 4]]]), tensor([[[1, 1]]])).data());
 * print(await y); // [3, 5, 7]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv1dOptions = {},
): Tensor {
  checkOptions('conv1d', options, { stride: true, padding: true, dilation: true, groups: true });
  return conv1dOp(bias === null ? [x, weight] : [x, weight, bias], options);
}

/**
 * Transposed convolution of sequences: `convTranspose2d` of images [N, C, 1, L].
 *
 * @param x [N, C, L]
 * @param weight [C, O / groups, k]
 * @param bias [O], or null
 * @returns [N, O, L'] with L' = (L - 1) stride - 2 padding + dilation (k - 1) + outputPadding + 1
 * @throws ShapeError if the channels do not match or the output would be empty
 * @throws ArgumentError for an unknown option, or an output padding of at least stride and dilation
 * @example
 * const filter = [[[1, 10]]];
 * const y = scope(() =>
 *   convTranspose1d(tensor([[[1, 2]]]), tensor(filter), null, { stride: 2 }).data(),
 * );
 * print(await y); // [1, 10, 2, 20]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTranspose1dOptions = {},
): Tensor {
  checkOptions('convTranspose1d', options, {
    stride: true,
    padding: true,
    outputPadding: true,
    dilation: true,
    groups: true,
  });
  return convTranspose1dOp(bias === null ? [x, weight] : [x, weight, bias], options);
}
