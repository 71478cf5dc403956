// Fully connected layer.

import { ArgumentError, ShapeError } from '../../engine/errors.js';
import { checkOptions, checkRng, describeValue } from '../../engine/options.js';
import { linear } from '../../engine/ops/linear.js';
import type { Rng } from '../../engine/rng.js';
import { format, sameShape, type Shape } from '../../engine/shape.js';
import type { Tensor } from '../../engine/tensor.js';
import { defaultBias, defaultWeight } from '../init.js';
import { Module } from '../module.js';
import { checkCount } from '../options.js';
import { Parameter } from '../parameter.js';

/** Options of `Linear`. Throws ArgumentError unless the sizes are integers of at least 0. */
export interface LinearOptions {
  /** Size of the last axis of the input. */
  readonly inFeatures: number;
  /** Size of the last axis of the output. */
  readonly outFeatures: number;
  /** Whether to add a trained bias. Default true. */
  readonly bias?: boolean;
  /**
   * Weight of another layer to share (tied weights), such as that of an `Embedding`; shape
   * [outFeatures, inFeatures]. Default: a new one.
   */
  readonly weight?: Parameter;
  /** Stream that the initial weights are drawn from. */
  readonly rng: Rng;
}

/**
 * y = x weightT + bias.
 *
 * x [..., inFeatures] -> y [..., outFeatures]; weight [outFeatures, inFeatures], bias
 * [outFeatures]. Both are initialized from U(-1 / sqrt(inFeatures), 1 / sqrt(inFeatures)), as in
 * PyTorch.
 *
 * @example
 * const layer = new Linear({ inFeatures: 3, outFeatures: 2, rng: new Rng(1) });
 * scope(() => print(layer.forward(ones([4, 3])).shape)); // [4, 2]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
export class Linear extends Module {
  /** Shape [outFeatures, inFeatures]. */
  readonly weight: Parameter;
  /** Shape [outFeatures]; null without bias. */
  readonly bias: Parameter | null;

  constructor(options: LinearOptions) {
    super();
    checkOptions('Linear', options, {
      inFeatures: true,
      outFeatures: true,
      bias: true,
      weight: true,
      rng: true,
    });
    const { inFeatures, outFeatures, bias = true, rng } = options;
    checkCount('Linear', 'inFeatures', inFeatures, 0);
    checkCount('Linear', 'outFeatures', outFeatures, 0);
    checkRng('Linear', rng);
    const shape = [outFeatures, inFeatures];
    if (options.weight !== undefined) checkSharedWeight(options.weight, shape);
    this.weight = options.weight ?? new Parameter(shape, defaultWeight(rng));
    this.bias = bias ? new Parameter([outFeatures], defaultBias(rng, shape)) : null;
  }

  override forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  protected override describe(): string {
    const [outFeatures, inFeatures] = this.weight.shape;
    return `${inFeatures}, ${outFeatures}${this.bias === null ? ', bias=false' : ''}`;
  }
}

/** @throws ArgumentError or ShapeError unless the weight is a parameter of the given shape */
function checkSharedWeight(weight: unknown, shape: Shape): void {
  if (!(weight instanceof Parameter)) {
    throw new ArgumentError(`Linear: weight must be a Parameter, got ${describeValue(weight)}`);
  }
  if (!sameShape(weight.shape, shape)) {
    throw new ShapeError(`Linear: weight must be ${format(shape)}, got ${format(weight.shape)}`);
  }
}
