// Layer normalization: shifts and scales each example to mean 0 and variance 1 over its last axes
// (Ba, Kiros and Hinton, 2016).
// It is composed of other ops, so its gradient follows from theirs.

import { checkOptions } from '../options.js';
import { ShapeError } from '../errors.js';
import { defineComposite } from '../op.js';
import { anywhere, positive } from '../sample.js';
import { format, sameShape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { add, mul } from './arithmetic.js';
import { standardize } from './internal/standardize.js';

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/** The op behind `layerNorm`: x, and weight and bias of the shape of the last axes of x. */
export const layerNormOp = defineComposite<LayerNormOptions>({
  name: 'layerNorm',
  compose: ([x, weight, bias], { epsilon = 1e-5 }) => {
    const rank = weight.shape.length;
    const leadingAxes = x.shape.length - rank;
    if (
      !sameShape(x.shape.slice(leadingAxes), weight.shape) ||
      !sameShape(weight.shape, bias.shape)
    ) {
      throw new ShapeError(
        `layerNorm: the last axes of x ${format(x.shape)} must be those of weight ${format(weight.shape)} and bias ${format(bias.shape)}`,
      );
    }
    const axes = weight.shape.map((_, axis) => leadingAxes + axis);
    const normalized = standardize(x, axes, epsilon);
    return add(mul(normalized, weight), bias);
  },
  samples: [
    { title: 'rows', inputs: [anywhere(3, 5), positive(5), anywhere(5)], attributes: {} },
    {
      title: 'two axes',
      inputs: [anywhere(2, 3, 4), positive(3, 4), anywhere(3, 4)],
      attributes: { epsilon: 1e-3 },
    },
  ],
});

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axes of x, which are the
 * shape of weight and bias.
 *
 * @throws ShapeError if the shapes do not match
 * @example
 * print(await scope(() => layerNorm(tensor([[1, 3]]), ones([2]), zeros([2])).data())); // [-1, 1]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 */
export function layerNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  options: LayerNormOptions = {},
): Tensor {
  checkOptions('layerNorm', options, { epsilon: true });
  return layerNormOp([x, weight, bias], options);
}
