// The common part of layer norm and group norm.

import type { Tensor } from '../../tensor.js';
import { div, mul, scaleShift, sub } from '../arithmetic.js';
import { mean } from '../reduce.js';
import { sqrt } from '../unary.js';

/** (x - mean) / sqrt(variance + epsilon), with the mean and biased variance over `axes`. */
export function standardize(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centered = sub(x, mean(x, { axes, keepDims: true }));
  const variance = mean(mul(centered, centered), { axes, keepDims: true });
  return div(centered, sqrt(scaleShift(variance, 1, epsilon)));
}
