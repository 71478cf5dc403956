// Layer normalization layer.

import { checkOptions } from '../../engine/options.js';
import { layerNorm } from '../../engine/ops/layerNorm.js';
import type { Shape } from '../../engine/shape.js';
import type { Tensor } from '../../engine/tensor.js';
import { constant } from '../init.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';
import { Parameter } from '../parameter.js';

/** Options of `LayerNorm`. */
export interface LayerNormLayerOptions {
  /** Sizes of the last axes, over which each example is normalized; a number is one axis. */
  readonly normalizedShape: number | Shape;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * y = (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axes of each example.
 * Identical in training and evaluation.
 *
 * @example
 * const layer = new LayerNorm({ normalizedShape: 2 });
 * print(await scope(() => layer.forward(tensor([[1, 3]])).data())); // [-1, 1]
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 */
export class LayerNorm extends Module {
  /** Scale of shape `normalizedShape`, initially 1. */
  readonly weight: Parameter;
  /** Shift of shape `normalizedShape`, initially 0. */
  readonly bias: Parameter;
  /** Added to the variance. */
  readonly epsilon: number;

  constructor(options: LayerNormLayerOptions) {
    super();
    checkOptions('LayerNorm', options, { normalizedShape: true, epsilon: true });
    const { normalizedShape, epsilon = 1e-5 } = options;
    const shape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    check(
      'LayerNorm',
      'normalizedShape',
      `[${shape.join(',')}]`,
      'at least one axis',
      shape.length > 0,
    );
    for (const size of shape) checkCount('LayerNorm', 'normalizedShape', size);
    check('LayerNorm', 'epsilon', epsilon, 'greater than 0', epsilon > 0);
    this.weight = new Parameter(shape, constant(1));
    this.bias = new Parameter(shape, constant(0));
    this.epsilon = epsilon;
  }

  override forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight, this.bias, { epsilon: this.epsilon });
  }

  protected override describe(): string {
    return `[${this.weight.shape.join(',')}], epsilon=${this.epsilon}`;
  }
}
