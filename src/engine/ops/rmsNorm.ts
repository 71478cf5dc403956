// Root-mean-square normalization: divides each example by the root of its mean square over the last
// axes (Zhang and Sennrich, 2019). Unlike layer norm, it does not subtract the mean.

import { ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { anywhere, positive } from '../sample.js';
import { format, sameShape, sizeOf } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { defineNormalization } from './internal/normalize.js';

/** Options of `rmsNorm`. */
export interface RmsNormOptions {
  /** Added to the mean square. Default 2^-23, as in PyTorch for float32. */
  readonly epsilon?: number;
}

/** The op behind `rmsNorm`: x, and a weight of the shape of the last axes of x. */
export const rmsNormOp = defineNormalization<RmsNormOptions>({
  name: 'rmsNorm',
  check: ([x, weight]) => {
    if (weight.length === 0 || !sameShape(x.slice(x.length - weight.length), weight)) {
      throw new ShapeError(
        `rmsNorm: the last axes of x ${format(x)} must be those of weight ${format(weight)}`,
      );
    }
  },
  geometry: ([, weight], { epsilon = 2 ** -23 }) => {
    return { groups: 1, perGroup: sizeOf(weight), inner: 1, isCentered: false, epsilon };
  },
  samples: [
    { title: 'rows', inputs: [anywhere(3, 5), positive(5)], attributes: {} },
    {
      title: 'two axes, large epsilon',
      inputs: [anywhere(2, 3, 4), positive(3, 4)],
      attributes: { epsilon: 1e-2 },
    },
  ],
});

/**
 * x / sqrt(mean(x^2) + epsilon) * weight over the last axes of x, which are the shape of the weight.
 *
 * @returns the shape of x
 * @throws ShapeError if the shapes do not match
 * @throws ArgumentError for an unknown option
 * @example
 * const y = scope(() => rmsNorm(tensor([[3, 4], [0, 5]]), ones([2])).data());
 * print(await y); // [0.8485, 1.1314, 0, 1.4142]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 */
export function rmsNorm(x: Tensor, weight: Tensor, options: RmsNormOptions = {}): Tensor {
  checkTensor(x, 'rmsNorm: x');
  checkOptions('rmsNorm', options, { epsilon: true });
  return rmsNormOp([x, weight], options);
}
