// Group normalization layer.

import { checkOptions } from '../../engine/options.js';
import { groupNorm } from '../../engine/ops/groupNorm.js';
import type { Tensor } from '../../engine/tensor.js';
import { constant } from '../init.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';
import { Parameter } from '../parameter.js';

/** Options of `GroupNorm`. */
export interface GroupNormLayerOptions {
  /** Number of groups; divides `numChannels`. */
  readonly numGroups: number;
  /** Number of input channels. */
  readonly numChannels: number;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Whether to scale and shift with trained parameters. Default true. */
  readonly affine?: boolean;
}

/**
 * y = (x - mean) / sqrt(variance + epsilon) * weight + bias over each group of channels of each
 * example. x and y [N, C, ...]. Identical in training and evaluation.
 *
 * With as many groups as channels this is instance norm.
 *
 * @example
 * const layer = new GroupNorm({ numGroups: 2, numChannels: 4 });
 * print(await scope(() => layer.forward(tensor([[1, 3, 10, 30]])).data())); // [-1, 1, -1, 1]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 */
export class GroupNorm extends Module {
  /** Number of groups of adjacent channels. */
  readonly numGroups: number;
  /** Number of input channels. */
  readonly numChannels: number;
  /** Scale [numChannels], initially 1; null with `affine: false`. */
  readonly weight: Parameter | null;
  /** Shift [numChannels], initially 0; null with `affine: false`. */
  readonly bias: Parameter | null;
  /** Added to the variance. */
  readonly epsilon: number;

  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: GroupNormLayerOptions) {
    super();
    checkOptions('GroupNorm', options, {
      numGroups: true,
      numChannels: true,
      epsilon: true,
      affine: true,
    });
    const { numGroups, numChannels, epsilon = 1e-5, affine = true } = options;
    checkCount('GroupNorm', 'numGroups', numGroups);
    checkCount('GroupNorm', 'numChannels', numChannels, 0);
    const rule = `a divisor of numChannels (${numChannels})`;
    check('GroupNorm', 'numGroups', numGroups, rule, numChannels % numGroups === 0);
    check('GroupNorm', 'epsilon', epsilon, 'greater than 0', epsilon > 0);
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.epsilon = epsilon;
    this.weight = affine ? new Parameter([numChannels], constant(1)) : null;
    this.bias = affine ? new Parameter([numChannels], constant(0)) : null;
  }

  override forward(x: Tensor): Tensor {
    const { numGroups: groups, epsilon } = this;
    return groupNorm(x, this.weight, this.bias, { groups, epsilon });
  }

  protected override describe(): string {
    const suffix = this.weight === null ? ', affine=false' : '';
    return `${this.numGroups}, ${this.numChannels}, epsilon=${this.epsilon}${suffix}`;
  }
}
