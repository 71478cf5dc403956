// Gradient clipping: limits the gradients between backward and step, so one bad batch cannot
// disrupt the weights.
// All values stay on the device; nothing is awaited.

import * as kernels from '../../../kernels/elementwise.js';
import { scaleByFirst } from '../../../kernels/optimizer.js';
import { noGrad, scope } from '../../engine/current.js';
import { elementwise, launch, sumOver } from '../../engine/launch.js';
import type { NdArray } from '../../engine/ndarray.js';
import { checkOptions } from '../../engine/options.js';
import { add, div, maximum } from '../../engine/ops/arithmetic.js';
import { max } from '../../engine/ops/reduce.js';
import { pow } from '../../engine/ops/power.js';
import { abs, clamp, sqrt } from '../../engine/ops/unary.js';
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

/** Whether an optimizer would use the gradient of a parameter: it has one and is not frozen. */
function isClipped({ grad, requiresGrad }: Parameter): boolean {
  return grad !== null && requiresGrad;
}

/** Sum of all elements, a scalar, in two stages: rows first, so that no thread sums a million terms. */
function sumAll(terms: NdArray): NdArray {
  const axes = [...terms.shape.keys()];
  return sumOver(sumOver(terms, axes.slice(1)), axes.slice(0, 1)).reshape([]);
}

/** |x|^p of every element. */
function powers(x: Tensor, p: number): NdArray {
  if (p === 2) return elementwise(kernels.mul, [x.array, x.array]);
  return (p === 1 ? abs(x) : pow(abs(x), p)).array;
}

/** The p-norm of all elements of the gradients, at least one. */
function totalNorm(gradients: readonly Tensor[], p: number): Tensor {
  if (p === Infinity) {
    const filled = gradients.filter(({ size }) => size > 0);
    return filled.length === 0
      ? zeros([])
      : filled.map((gradient) => max(abs(gradient))).reduce(maximum);
  }
  const sums = gradients.map((gradient) => sumAll(powers(gradient, p)));
  const total = new Tensor(sums.reduce((a, b) => elementwise(kernels.add, [a, b])));
  if (p === 2) return sqrt(total);
  return p === 1 ? total : pow(total, 1 / p);
}

/** Options of `clipGradNorm`. */
export interface ClipGradNormOptions {
  /** Order p of the norm, above 0; 2 is the Euclidean norm, Infinity the maximum. Default 2. */
  readonly normType?: number;
}

/**
 * Scales all gradients by one factor so that their norm is at most `maxNorm`. The norm is that of
 * one vector of all elements: (sum |g|^p)^(1/p), by default the Euclidean norm. Gradients of frozen
 * parameters are ignored. A norm that is not finite makes the gradients NaN or 0; PyTorch's option
 * error_if_nonfinite is missing, because it would have to wait for the device.
 *
 * @returns the norm before clipping, as a scalar tensor; training need not await its `item()`
 * @throws ArgumentError if `maxNorm` or `normType` is not greater than 0
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
export function clipGradNorm(
  parameters: readonly Parameter[],
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  checkOptions('clipGradNorm', options, { normType: true });
  const { normType = 2 } = options;
  check('clipGradNorm', 'maxNorm', maxNorm, 'greater than 0', maxNorm > 0);
  check('clipGradNorm', 'normType', normType, 'greater than 0', normType > 0);
  return noGrad(() =>
    scope(() => {
      const withGrad = parameters.filter(isClipped);
      if (withGrad.length === 0) return zeros([]);
      const gradients = withGrad.map(({ grad }) => grad!);
      const norm = totalNorm(gradients, normType);
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
    for (const parameter of parameters.filter(isClipped)) {
      const inputs = [parameter.grad!.array];
      replaceGrad(parameter, elementwise(kernels.clamp, inputs, { low: -limit, high: limit }));
    }
  });
}
