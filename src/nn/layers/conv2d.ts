// Convolution layer.

import { checkOptions, checkRng } from '../../engine/options.js';
import {
  conv2d,
  samePadding,
  type Conv2dOptions,
  type SamePadding,
} from '../../engine/ops/conv2d.js';
import { pair, type Pair } from '../../engine/ops/internal/window.js';
import type { Rng } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { defaultBias, defaultWeight } from '../init.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';
import { Parameter } from '../parameter.js';

/** Options of `Conv2d`; stride 1, padding 0 (or `same`), dilation 1 and groups 1 by default. */
export interface Conv2dLayerOptions extends Conv2dOptions {
  /** Channels of the input; a multiple of `groups`. */
  readonly inChannels: number;
  /** Channels of the output, the number of filters; a multiple of `groups`. */
  readonly outChannels: number;
  /** Size of the filters: one number or [height, width]. */
  readonly kernelSize: Pair;
  /** Whether to add a trained bias. Default true. */
  readonly bias?: boolean;
  /** Stream that the initial weights are drawn from. */
  readonly rng: Rng;
}

/**
 * Convolution of images with trained filters.
 *
 * x [N, inChannels, H, W] -> y [N, outChannels, H', W'] with
 * H' = floor((H + 2 padding - dilation (kernelSize - 1) - 1) / stride) + 1.
 * weight [outChannels, inChannels / groups, kh, kw], bias [outChannels]. Both are initialized from
 * U(-b, b) with b = 1 / sqrt(inChannels / groups * kh * kw), as in PyTorch.
 *
 * @example
 * const layer = new Conv2d({ inChannels: 1, outChannels: 32, kernelSize: 3, padding: 1, rng: new Rng(1) });
 * scope(() => print(layer.forward(zeros([8, 1, 28, 28])).shape)); // [8, 32, 28, 28]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
export class Conv2d extends Module {
  /** Shape [outChannels, inChannels / groups, kh, kw]. */
  readonly weight: Parameter;
  /** Shape [outChannels]; null without bias. */
  readonly bias: Parameter | null;
  /**
   * Stride, padding, dilation and groups. The padding is `same` only if it is not equal on both
   * sides of the image.
   */
  readonly options: Required<Conv2dOptions>;

  constructor(options: Conv2dLayerOptions) {
    super();
    checkOptions('Conv2d', options, {
      inChannels: true,
      outChannels: true,
      kernelSize: true,
      stride: true,
      padding: true,
      dilation: true,
      groups: true,
      bias: true,
      rng: true,
    });
    const { inChannels, outChannels, kernelSize, bias = true, rng } = options;
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
    checkChannels('Conv2d', { inChannels, outChannels, groups });
    checkRng('Conv2d', rng);
    const kernel = pair(kernelSize, 1, 'Conv2d', 'kernelSize');
    this.options = {
      stride: pair(stride, 1, 'Conv2d', 'stride'),
      padding:
        padding === 'same'
          ? symmetricOrSame(samePadding(kernel, options, 'Conv2d'))
          : pair(padding, 0, 'Conv2d', 'padding'),
      dilation: pair(dilation, 1, 'Conv2d', 'dilation'),
      groups,
    };
    const shape = [outChannels, inChannels / groups, ...kernel];
    this.weight = new Parameter(shape, defaultWeight(rng));
    this.bias = bias ? new Parameter([outChannels], defaultBias(rng, shape)) : null;
  }

  override forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.options);
  }

  protected override describe(): string {
    const { stride, padding, dilation, groups } = this.options;
    const [outChannels, groupIn, ...kernelSize] = this.weight.shape;
    return [
      `${groupIn * groups}, ${outChannels}, kernelSize=${describePair(kernelSize)}`,
      ...(describePair(stride) === '1' ? [] : [`stride=${describePair(stride)}`]),
      ...(describePair(padding) === '0' ? [] : [`padding=${describePair(padding)}`]),
      ...(describePair(dilation) === '1' ? [] : [`dilation=${describePair(dilation)}`]),
      ...(groups === 1 ? [] : [`groups=${groups}`]),
      ...(this.bias === null ? ['bias=false'] : []),
    ].join(', ');
  }
}

/**
 * Validates the channels of a convolution or transposed convolution.
 *
 * @throws ArgumentError unless `groups` divides both numbers of channels
 */
export function checkChannels(
  caller: string,
  {
    inChannels,
    outChannels,
    groups,
  }: { readonly inChannels: number; readonly outChannels: number; readonly groups: number },
): void {
  checkCount(caller, 'inChannels', inChannels, 0);
  checkCount(caller, 'outChannels', outChannels, 0);
  checkCount(caller, 'groups', groups);
  const divides = inChannels % groups === 0 && outChannels % groups === 0;
  const rule = `a divisor of inChannels (${inChannels}) and outChannels (${outChannels})`;
  check(caller, 'groups', groups, rule, divides);
}

const symmetricOrSame = ({ padding, drop }: SamePadding): Pair | 'same' =>
  drop.every((count) => count === 0) ? padding : 'same';

/** Formats a pair as `3` or `[3,5]`. */
export function describePair(value: Pair | readonly number[] | 'same'): string {
  if (typeof value === 'number' || typeof value === 'string') return `${value}`;
  return value.every((one) => one === value[0]) ? `${value[0]}` : `[${value.join(',')}]`;
}
