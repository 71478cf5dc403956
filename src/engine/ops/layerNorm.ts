// Layer normalization: shifts and scales each example to mean 0 and variance 1 over its last axes
// (Ba, Kiros and Hinton, 2016).

import { checkOptions } from '../options.js';
import { ShapeError } from '../errors.js';
import { anywhere, positive } from '../sample.js';
import { format, sameShape, sizeOf } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { defineNormalization } from './internal/normalize.js';

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/** The op behind `layerNorm`: x, and weight and bias of the shape of the last axes of x. */
export const layerNormOp = defineNormalization<LayerNormOptions>({
  name: 'layerNorm',
  check: ([x, weight, bias]) => {
    if (!sameShape(x.slice(x.length - weight.length), weight) || !sameShape(weight, bias)) {
      throw new ShapeError(
        `layerNorm: the last axes of x ${format(x)} must be those of weight ${format(weight)} and bias ${format(bias)}`,
      );
    }
  },
  geometry: ([, weight], { epsilon = 1e-5 }) => {
    return { groups: 1, perGroup: sizeOf(weight), inner: 1, isCentered: true, epsilon };
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
