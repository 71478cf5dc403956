// Root-mean-square normalization layer.

import { checkOptions } from '../../engine/options.js';
import { rmsNorm } from '../../engine/ops/rmsNorm.js';
import type { Shape } from '../../engine/shape.js';
import type { Tensor } from '../../engine/tensor.js';
import { constant } from '../init.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';
import { Parameter } from '../parameter.js';

/** Options of `RMSNorm`. */
export interface RMSNormLayerOptions {
  /** Sizes of the last axes, over which each example is normalized; a number is one axis. */
  readonly normalizedShape: number | Shape;
  /** Added to the mean square. Default 2^-23, as in PyTorch for float32. */
  readonly epsilon?: number;
}

/**
 * y = x / sqrt(mean(x^2) + epsilon) * weight over the last axes of each example. Identical in
 * training and evaluation.
 *
 * @example
 * const layer = new RMSNorm({ normalizedShape: 2 });
 * print(await scope(() => layer.forward(tensor([[1, 7]])).data())); // [0.2, 1.4]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 */
export class RMSNorm extends Module {
  /** Scale of shape `normalizedShape`, initially 1. */
  readonly weight: Parameter;
  /** Added to the mean square. */
  readonly epsilon: number;

  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: RMSNormLayerOptions) {
    super();
    checkOptions('RMSNorm', options, { normalizedShape: true, epsilon: true });
    const { normalizedShape, epsilon = 2 ** -23 } = options;
    const shape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    const text = `[${shape.join(',')}]`;
    check('RMSNorm', 'normalizedShape', text, 'at least one axis', shape.length > 0);
    for (const size of shape) checkCount('RMSNorm', 'normalizedShape', size);
    check('RMSNorm', 'epsilon', epsilon, 'greater than 0', epsilon > 0);
    this.weight = new Parameter(shape, constant(1));
    this.epsilon = epsilon;
  }

  override forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight, { epsilon: this.epsilon });
  }

  protected override describe(): string {
    return `[${this.weight.shape.join(',')}], epsilon=${this.epsilon}`;
  }
}
