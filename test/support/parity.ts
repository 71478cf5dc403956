// Runs one computation on two backends, forward and backward, and compares every number.

import { expect } from 'vitest';
import type { Backend, SampleInput } from '../../src/engine/index.js';
import { compute, type Computation, type Results } from '../../src/app/check/computation.js';
import { CPU_TOLERANCE } from '../../src/app/check/tolerance.js';

export type { Computation, Results } from '../../src/app/check/computation.js';

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

/** Largest difference allowed, relative to the largest number of the tensor (or to 1). */
export const TOLERANCE = CPU_TOLERANCE;

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
