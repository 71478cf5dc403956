// Convolution layer for sequences.

import { checkOptions, checkRng } from '../../engine/options.js';
import { conv1d, type Conv1dOptions } from '../../engine/ops/conv1d.js';
import type { Rng } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { defaultBias, defaultWeight } from '../init.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';
import { Parameter } from '../parameter.js';
import { checkChannels } from './conv2d.js';

/** Options of `Conv1d`; stride 1, padding 0 (or `same`), dilation 1 and groups 1 by default. */
export interface Conv1dLayerOptions extends Conv1dOptions {
  /** Channels of the input; a multiple of `groups`. */
  readonly inChannels: number;
  /** Channels of the output, the number of filters; a multiple of `groups`. */
  readonly outChannels: number;
  /** Size of the filters. */
  readonly kernelSize: number;
  /** Whether to add a trained bias. Default true. */
  readonly bias?: boolean;
  /** Stream that the initial weights are drawn from. */
  readonly rng: Rng;
}

/**
 * Convolution of sequences with trained filters.
 *
 * x [N, inChannels, L] -> y [N, outChannels, L'] with
 * L' = floor((L + 2 padding - dilation (kernelSize - 1) - 1) / stride) + 1.
 * weight [outChannels, inChannels / groups, kernelSize], bias [outChannels]. Both are initialized
 * from U(-b, b) with b = 1 / sqrt(inChannels / groups * kernelSize), as in PyTorch.
 *
 * @example
 * const layer = new Conv1d({ inChannels: 2, outChannels: 8, kernelSize: 3, padding: 1, rng: new Rng(1) });
 * scope(() => print(layer.forward(zeros([4, 2, 100])).shape)); // [4, 8, 100]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
 */
export class Conv1d extends Module {
  /** Shape [outChannels, inChannels / groups, kernelSize]. */
  readonly weight: Parameter;
  /** Shape [outChannels]; null without bias. */
  readonly bias: Parameter | null;
  /** Stride, padding, dilation and groups. */
  readonly options: Required<Conv1dOptions>;

  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: Conv1dLayerOptions) {
    super();
    checkOptions('Conv1d', options, {
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
    checkChannels('Conv1d', { inChannels, outChannels, groups });
    checkRng('Conv1d', rng);
    checkCount('Conv1d', 'kernelSize', kernelSize);
    checkCount('Conv1d', 'stride', stride);
    checkCount('Conv1d', 'dilation', dilation);
    if (padding === 'same')
      check('Conv1d', 'stride', stride, '1 with padding "same"', stride === 1);
    else checkCount('Conv1d', 'padding', padding, 0);
    this.options = { stride, padding, dilation, groups };
    const shape = [outChannels, inChannels / groups, kernelSize];
    this.weight = new Parameter(shape, defaultWeight(rng));
    this.bias = bias ? new Parameter([outChannels], defaultBias(rng, shape)) : null;
  }

  override forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, this.bias, this.options);
  }

  protected override describe(): string {
    const { stride, padding, dilation, groups } = this.options;
    const [outChannels, groupIn, kernelSize] = this.weight.shape;
    return [
      `${groupIn * groups}, ${outChannels}, kernelSize=${kernelSize}`,
      ...(stride === 1 ? [] : [`stride=${stride}`]),
      ...(padding === 0 ? [] : [`padding=${padding}`]),
      ...(dilation === 1 ? [] : [`dilation=${dilation}`]),
      ...(groups === 1 ? [] : [`groups=${groups}`]),
      ...(this.bias === null ? ['bias=false'] : []),
    ].join(', ');
  }
}
