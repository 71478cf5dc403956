// Runs one computation on two backends, forward and backward, and compares every number.

import { expect } from 'vitest';
import type { Backend, SampleInput } from '../../src/engine/index.js';
import { compute, type Computation, type Results } from './computation.js';

export type { Computation, Results } from './computation.js';

/** Runs `compute` and checks that no buffer is left. */
export async function evaluate(
  backend: Backend,
  computation: Computation,
  seed: number,
): Promise<Results> {
  const results = await compute(backend, computation, seed);
  expect(backend.memory.live, `buffers left on ${backend.name} after ${computation.title}`).toBe(0);
  return results;
}

/**
 * Largest difference allowed between float32 and float64, relative to the largest number of the
 * tensor (or to 1).
 *
 * A sum of n terms, each rounded to 2^-24 of its value, has an error of about sqrt(n) * 6e-8 of its
 * largest partial sum: 2e-6 for the thousand terms of the longest sums here. A wrong formula, index
 * or layout causes an error of at least 0.01.
 */
export const TOLERANCE = 5e-6;

/** Fails with the index and both values unless two arrays agree. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  description: string,
  tolerance = TOLERANCE,
): void {
  expect(actual.length, description).toBe(expected.length);
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  }
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue; // NaN and infinities included
    if (!(Math.abs(actual[i] - expected[i]) <= tolerance * scale)) {
      const allowed = (tolerance * scale).toExponential(1);
      expect.fail(
        `${description}: element ${i} is ${actual[i]}, expected ${expected[i]} (tolerance ${allowed})`,
      );
    }
  }
}

/** Fails unless a backend agrees with the oracle. */
export async function expectAgreement(
  backend: Backend,
  oracle: Backend,
  computation: Computation,
  seed: number,
  tolerance = TOLERANCE,
): Promise<void> {
  await expectResults(
    backend,
    await evaluate(oracle, computation, seed),
    computation,
    seed,
    tolerance,
  );
}

/** Fails unless a backend reproduces the oracle's results. */
export async function expectResults(
  backend: Backend,
  expected: Results,
  computation: Computation,
  seed: number,
  tolerance = TOLERANCE,
): Promise<void> {
  const actual = await evaluate(backend, computation, seed);
  expect([...actual.keys()], computation.title).toEqual([...expected.keys()]);
  for (const [name, values] of expected) {
    const description = `${computation.title}, ${name}, seed ${seed}`;
    expectClose(actual.get(name)!, values, description, tolerance);
  }
}

/**
 * Integers from -limit to limit. Sums of their products are exact in float32, so rounding cannot
 * change a ReLU or a maximum on one backend only. Ties are frequent.
 */
export const integerInput = (
  shape: readonly number[],
  limit = 3,
  differentiable = true,
): SampleInput => ({
  shape,
  differentiable,
  values: (rng) =>
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => rng.below(2 * limit + 1) - limit,
    ),
});
