// Batch normalization layer: a trained scale and shift per channel, and running statistics for
// evaluation.

import { checkOptions } from '../../engine/options.js';
import { batchNorm, type BatchNormAttributes } from '../../engine/ops/batchNorm.js';
import { checkImages } from '../../engine/ops/internal/window.js';
import type { Tensor } from '../../engine/tensor.js';
import { constant } from '../init.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';
import { Counter, ModuleBuffer, Parameter } from '../parameter.js';

/** Options of `BatchNorm2d`. */
export interface BatchNorm2dOptions {
  /** Number of input channels. */
  readonly numFeatures: number;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Weight of the newest batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
}

/**
 * y = (x - mean) / sqrt(variance + epsilon) * weight + bias, per channel.
 *
 * x and y [N, C, H, W]. Training normalizes with the mean and (biased) variance of the batch. It
 * also updates the running statistics, with weight `momentum` and the unbiased variance. Evaluation
 * normalizes with the running statistics. The properties have PyTorch's names.
 *
 * @example
 * const layer = new BatchNorm2d({ numFeatures: 2 });
 * scope(() => void layer.forward(ones([4, 2, 3, 3])));
 * print(await layer.running_mean.data()); // [0.1, 0.1]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 */
export class BatchNorm2d extends Module {
  /** Scale [numFeatures], initially 1. */
  readonly weight: Parameter;
  /** Shift [numFeatures], initially 0. */
  readonly bias: Parameter;
  /** Running mean [numFeatures], initially 0. */
  readonly running_mean: ModuleBuffer;
  /** Running variance [numFeatures], unbiased, initially 1. */
  readonly running_var: ModuleBuffer;
  /** Number of batches in the running statistics. */
  readonly num_batches_tracked: Counter;
  /** Added to the variance. */
  readonly epsilon: number;
  /**
   * May change at any time: with 1/n at the nth batch, the running statistics are the mean over all
   * batches.
   */
  momentum: number;

  constructor(options: BatchNorm2dOptions) {
    super();
    checkOptions('BatchNorm2d', options, { numFeatures: true, epsilon: true, momentum: true });
    const { numFeatures, epsilon = 1e-5, momentum = 0.1 } = options;
    checkCount('BatchNorm2d', 'numFeatures', numFeatures, 0);
    check('BatchNorm2d', 'epsilon', epsilon, 'greater than 0', epsilon > 0);
    check('BatchNorm2d', 'momentum', momentum, 'from 0 to 1', momentum >= 0 && momentum <= 1);
    this.epsilon = epsilon;
    this.momentum = momentum;
    this.weight = new Parameter([numFeatures], constant(1));
    this.bias = new Parameter([numFeatures], constant(0));
    this.running_mean = new ModuleBuffer([numFeatures], constant(0));
    this.running_var = new ModuleBuffer([numFeatures], constant(1));
    this.num_batches_tracked = new Counter();
  }

  override forward(x: Tensor): Tensor {
    return this.applyWith(batchNorm, x);
  }

  /** The op's attributes: options, mode and running statistics. */
  get attributes(): BatchNormAttributes {
    const { epsilon, momentum, training } = this;
    return {
      epsilon,
      momentum,
      training,
      running: { mean: this.running_mean, variance: this.running_var },
    };
  }

  /**
   * Runs an op that starts with batch norm (fuse.ts) with this layer's parameters and statistics.
   */
  applyWith(op: typeof batchNorm, x: Tensor): Tensor {
    checkImages(x.shape, 'BatchNorm2d');
    const y = op(x, this.weight, this.bias, this.attributes);
    if (this.training) this.num_batches_tracked.increment();
    return y;
  }

  protected override describe(): string {
    return `${this.weight.size}, epsilon=${this.epsilon}, momentum=${this.momentum}`;
  }
}
