// Batch normalization layers: a trained scale and shift per channel, and running statistics for
// evaluation.

import { ShapeError } from '../../engine/errors.js';
import { checkOptions } from '../../engine/options.js';
import { batchNorm, type BatchNormAttributes } from '../../engine/ops/batchNorm.js';
import { checkImages } from '../../engine/ops/internal/window.js';
import { format, type Shape } from '../../engine/shape.js';
import type { Tensor } from '../../engine/tensor.js';
import { constant } from '../init.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';
import { Counter, ModuleBuffer, Parameter } from '../parameter.js';

/** Options of `BatchNorm1d` and `BatchNorm2d`. */
export interface BatchNormLayerOptions {
  /** Number of input channels. */
  readonly numFeatures: number;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /**
   * Weight of the newest batch in the running statistics. With null they are the mean over all
   * batches. Default 0.1.
   */
  readonly momentum?: number | null;
  /** Whether to scale and shift with trained parameters. Default true. */
  readonly affine?: boolean;
  /**
   * Whether to keep running statistics; without them, evaluation also normalizes with the
   * statistics of the batch. Default true.
   */
  readonly trackRunningStats?: boolean;
}

/** The common part of `BatchNorm1d` and `BatchNorm2d`; see there. */
export abstract class BatchNorm extends Module {
  /** Number of input channels. */
  readonly numFeatures: number;
  /** Scale [numFeatures], initially 1; null with `affine: false`. */
  readonly weight: Parameter | null;
  /** Shift [numFeatures], initially 0; null with `affine: false`. */
  readonly bias: Parameter | null;
  /** Running mean [numFeatures], initially 0; null with `trackRunningStats: false`. */
  readonly running_mean: ModuleBuffer | null;
  /** Running variance [numFeatures], unbiased, initially 1; null with `trackRunningStats: false`. */
  readonly running_var: ModuleBuffer | null;
  /** Number of batches in the running statistics; null with `trackRunningStats: false`. */
  readonly num_batches_tracked: Counter | null;
  /** Added to the variance. */
  readonly epsilon: number;
  /**
   * May change at any time. With 1/n at the nth batch, the running statistics are the mean over all
   * batches; null does that.
   */
  momentum: number | null;

  constructor(options: BatchNormLayerOptions, caller: string) {
    super();
    checkOptions(caller, options, {
      numFeatures: true,
      epsilon: true,
      momentum: true,
      affine: true,
      trackRunningStats: true,
    });
    const { numFeatures, epsilon = 1e-5, momentum = 0.1 } = options;
    const { affine = true, trackRunningStats = true } = options;
    checkCount(caller, 'numFeatures', numFeatures, 0);
    check(caller, 'epsilon', epsilon, 'greater than 0', epsilon > 0);
    const isMomentum = momentum === null || (momentum >= 0 && momentum <= 1);
    check(caller, 'momentum', `${momentum}`, 'from 0 to 1, or null', isMomentum);
    this.numFeatures = numFeatures;
    this.epsilon = epsilon;
    this.momentum = momentum;
    const shape = [numFeatures];
    this.weight = affine ? new Parameter(shape, constant(1)) : null;
    this.bias = affine ? new Parameter(shape, constant(0)) : null;
    this.running_mean = trackRunningStats ? new ModuleBuffer(shape, constant(0)) : null;
    this.running_var = trackRunningStats ? new ModuleBuffer(shape, constant(1)) : null;
    this.num_batches_tracked = trackRunningStats ? new Counter() : null;
  }

  /** @throws ShapeError if the layer does not accept inputs of this shape */
  protected abstract checkInput(x: Shape): void;

  override forward(x: Tensor): Tensor {
    return this.applyWith(batchNorm, x);
  }

  /** The op's attributes: options, mode and running statistics. */
  get attributes(): BatchNormAttributes {
    const { epsilon, running_mean: mean, running_var: variance } = this;
    const running = mean === null || variance === null ? null : { mean, variance };
    const batches = this.num_batches_tracked?.count ?? 0;
    const momentum = this.momentum ?? 1 / (batches + 1);
    return { epsilon, momentum, training: this.training || running === null, running };
  }

  /**
   * Runs an op that starts with batch norm (fuse.ts) with this layer's parameters and statistics.
   */
  applyWith(op: typeof batchNorm, x: Tensor): Tensor {
    this.checkInput(x.shape);
    const y = op(x, this.weight, this.bias, this.attributes);
    if (this.training) this.num_batches_tracked?.increment();
    return y;
  }

  protected override describe(): string {
    return [
      `${this.numFeatures}, epsilon=${this.epsilon}, momentum=${this.momentum}`,
      ...(this.weight === null ? ['affine=false'] : []),
      ...(this.running_mean === null ? ['trackRunningStats=false'] : []),
    ].join(', ');
  }
}

/**
 * y = (x - mean) / sqrt(variance + epsilon) * weight + bias, per feature.
 *
 * x and y [N, C] or [N, C, L]. Training, evaluation and options as in `BatchNorm2d`.
 *
 * @example
 * const layer = new BatchNorm1d({ numFeatures: 2 });
 * print(await scope(() => layer.forward(tensor([[0, 1], [2, 5]])).data())); // [-1, -1, 1, 1]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 */
export class BatchNorm1d extends BatchNorm {
  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: BatchNormLayerOptions) {
    super(options, 'BatchNorm1d');
  }

  protected override checkInput(x: Shape): void {
    if (x.length === 2 || x.length === 3) return;
    throw new ShapeError(`BatchNorm1d: needs [N, C] or [N, C, L], got ${format(x)}`);
  }
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
 * print(await layer.running_mean!.data()); // [0.1, 0.1]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 */
export class BatchNorm2d extends BatchNorm {
  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: BatchNormLayerOptions) {
    super(options, 'BatchNorm2d');
  }

  protected override checkInput(x: Shape): void {
    checkImages(x, 'BatchNorm2d');
  }
}
