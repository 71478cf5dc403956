// Random inputs for op samples, at a safe distance from points where a function is not
// differentiable.

import type { SampleInput } from './op.js';
import type { Rng } from './rng.js';
import { sizeOf, type Shape } from './shape.js';

function sampleInput(shape: Shape, draw: (rng: Rng) => number, differentiable = true): SampleInput {
  return {
    shape,
    differentiable,
    values: (rng) => Float64Array.from({ length: sizeOf(shape) }, () => draw(rng)),
  };
}

/**
 * Uniform in [-2, 2).
 *
 * @example
 * print(anywhere(2, 3).values(new Rng(1)).length); // 6
 */
export const anywhere = /* @__NO_SIDE_EFFECTS__ */ (...shape: number[]): SampleInput =>
  sampleInput(shape, (rng) => rng.between(-2, 2));

/**
 * Magnitude in [0.3, 2), either sign: avoids the kink of abs and relu, and division by 0.
 *
 * @example
 * print(awayFromZero(4).values(new Rng(1)).length); // 4
 */
export const awayFromZero = /* @__NO_SIDE_EFFECTS__ */ (...shape: number[]): SampleInput =>
  sampleInput(shape, (rng) => rng.between(0.3, 2) * (rng.uniform() < 0.5 ? -1 : 1));

/**
 * Uniform in [0.3, 2): for log, sqrt and powers.
 *
 * @example
 * print(positive(4).values(new Rng(1)).length); // 4
 */
export const positive = /* @__NO_SIDE_EFFECTS__ */ (...shape: number[]): SampleInput =>
  sampleInput(shape, (rng) => rng.between(0.3, 2));

/**
 * All values at least 0.05 apart, in random order: no ties for max and max pooling.
 *
 * @example
 * print(distinct(2, 2).values(new Rng(1)).length); // 4
 */
export const distinct = /* @__NO_SIDE_EFFECTS__ */ (...shape: number[]): SampleInput => ({
  shape,
  differentiable: true,
  values: (rng) =>
    Float64Array.from(
      rng.permutation(sizeOf(shape)),
      (rank) => 0.05 * (rank - sizeOf(shape) / 2) + 0.02,
    ),
});

/**
 * Integers in [0, limit): labels and row indices, which have no gradient.
 *
 * @example
 * print(randomIndices(10, 3).values(new Rng(1)).length); // 3
 */
export const randomIndices = /* @__NO_SIDE_EFFECTS__ */ (
  limit: number,
  ...shape: number[]
): SampleInput => sampleInput(shape, (rng) => rng.below(limit), false);

/**
 * Zeros and ones: a condition, which has no gradient.
 *
 * @example
 * print(binary(5).values(new Rng(1)).length); // 5
 */
export const binary = /* @__NO_SIDE_EFFECTS__ */ (...shape: number[]): SampleInput =>
  sampleInput(shape, (rng) => rng.below(2), false);
