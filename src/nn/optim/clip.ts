// Gradient clipping: limits the gradients between backward and step, so one bad batch cannot
// disrupt the weights.
// All values stay on the device; nothing is awaited.

import { clamp as clampKernel } from '../../../kernels/elementwise.js';
import { scaleByFirst } from '../../../kernels/optimizer.js';
import { noGrad, scope } from '../../engine/current.js';
import { elementwise, launch } from '../../engine/launch.js';
import type { NdArray } from '../../engine/ndarray.js';
import { add, div, mul } from '../../engine/ops/arithmetic.js';
import { sum } from '../../engine/ops/reduce.js';
import { clamp, sqrt } from '../../engine/ops/unary.js';
import { Tensor, zeros } from '../../engine/tensor.js';
import { check } from '../options.js';
import type { Parameter } from '../parameter.js';

/** Avoids a division by 0 when all gradients are 0; PyTorch's value. */
const EPSILON = 1e-6;

/**
 * Replaces the gradient of a parameter. Not in place: other references to the old gradient keep
 * their values.
 */
function replaceGrad(parameter: Parameter, gradient: NdArray): void {
  parameter.zeroGrad();
  parameter.grad = new Tensor(gradient).keep();
}

/** Sum of squares in two stages, rows first, so that no thread sums a million terms. */
function squaredNorm(gradient: Tensor): Tensor {
  const squares = mul(gradient, gradient);
  const rows =
    gradient.shape.length > 1
      ? sum(squares, { axes: squares.shape.map((_, axis) => axis).slice(1) })
      : squares;
  return sum(rows);
}

/**
 * Scales all gradients by one factor so that their total Euclidean norm is at most `maxNorm`.
 *
 * @returns the norm before clipping, as a scalar tensor; training need not await its `item()`
 * @throws ArgumentError if `maxNorm` is not greater than 0
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const norm = await scope(() => {
 *   mse(model.forward(ones([4, 2])), ones([4, 1])).backward();
 *   return clipGradNorm(model.parameters(), 1).item();
 * });
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 */
export function clipGradNorm(parameters: readonly Parameter[], maxNorm: number): Tensor {
  check('clipGradNorm', 'maxNorm', maxNorm, 'greater than 0', maxNorm > 0);
  return noGrad(() =>
    scope(() => {
      const withGrad = parameters.filter((parameter) => parameter.grad !== null);
      if (withGrad.length === 0) return zeros([]);
      const norm = sqrt(withGrad.map(({ grad }) => squaredNorm(grad!)).reduce(add));
      const factor = clamp(div(maxNorm, add(norm, EPSILON)), 0, 1);
      for (const parameter of withGrad) {
        const inputs = [parameter.grad!.array, factor.array];
        replaceGrad(parameter, launch(scaleByFirst, inputs, parameter.shape, {}));
      }
      return norm;
    }),
  );
}

/**
 * Limits every element of every gradient to [-limit, limit].
 *
 * @throws ArgumentError if `limit` is not greater than 0
 * @example
 * const w = new Parameter([2], [3, 4]);
 * scope(() => sum(mul(w, w)).backward());
 * clipGradValue([w], 1);
 * print(await w.grad!.data()); // [1, 1]
 * w.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 */
export function clipGradValue(parameters: readonly Parameter[], limit: number): void {
  check('clipGradValue', 'limit', limit, 'greater than 0', limit > 0);
  scope(() => {
    for (const parameter of parameters) {
      if (parameter.grad === null) continue;
      replaceGrad(
        parameter,
        elementwise(clampKernel, [parameter.grad.array], { low: -limit, high: limit }),
      );
    }
  });
}
