// Root-mean-square normalization: divides each example by the root of its mean square over the last
// axes (Zhang and Sennrich, 2019). Unlike layer norm, it does not subtract the mean.
// It is composed of other ops, so its gradient follows from theirs.

import { ShapeError } from '../errors.js';
import { defineComposite } from '../op.js';
import { checkOptions } from '../options.js';
import { anywhere, positive } from '../sample.js';
import { format, sameShape } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { div, mul, scaleShift } from './arithmetic.js';
import { mean } from './reduce.js';
import { sqrt } from './unary.js';

/** Options of `rmsNorm`. */
export interface RmsNormOptions {
  /** Added to the mean square. Default 2^-23, as in PyTorch for float32. */
  readonly epsilon?: number;
}

/** The op behind `rmsNorm`: x, and a weight of the shape of the last axes of x. */
export const rmsNormOp = defineComposite<RmsNormOptions>({
  name: 'rmsNorm',
  compose: ([x, weight], { epsilon = 2 ** -23 }) => {
    const leadingAxes = x.shape.length - weight.shape.length;
    if (weight.shape.length === 0 || !sameShape(x.shape.slice(leadingAxes), weight.shape)) {
      throw new ShapeError(
        `rmsNorm: the last axes of x ${format(x.shape)} must be those of weight ${format(weight.shape)}`,
      );
    }
    const axes = weight.shape.map((_, axis) => leadingAxes + axis);
    const meanSquare = mean(mul(x, x), { axes, keepDims: true });
    return mul(div(x, sqrt(scaleShift(meanSquare, 1, epsilon))), weight);
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
