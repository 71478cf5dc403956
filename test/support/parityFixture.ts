// Shares one backend and one oracle among all tests of a file: starting a backend per test would
// take longer than the tests.

import { afterAll, beforeAll } from 'vitest';
import type { Backend } from '../../src/engine/index.js';
import { type BackendUnderTest, oracle } from './backends.js';
import { type Computation, evaluate, expectResults, type Results } from './parity.js';

export interface ParityFixture {
  /** The backend under test; ready once tests run. */
  readonly backend: Backend;
  /** Fails unless the backend agrees with the oracle on a computation. */
  readonly agree: (computation: Computation, seed: number, tolerance?: number) => Promise<void>;
}

/**
 * Results of the oracle by seed, so that tests of several backends that share a computation object
 * compute them once.
 */
const expectedResults = new WeakMap<Computation, Map<number, Results>>();

async function expectedOf(
  exact: Backend,
  computation: Computation,
  seed: number,
): Promise<Results> {
  const bySeed = expectedResults.get(computation) ?? new Map<number, Results>();
  expectedResults.set(computation, bySeed);
  const known = bySeed.get(seed);
  if (known !== undefined) return known;
  const results = await evaluate(exact, computation, seed);
  bySeed.set(seed, results);
  return results;
}

/** Call inside `describe`. */
export function parityFixture({ make }: BackendUnderTest): ParityFixture {
  let backend: Backend;
  let exact: Backend;
  beforeAll(async () => {
    backend = await make();
    exact = await oracle.make();
  });
  afterAll(async () => {
    await backend.dispose();
    await exact.dispose();
  });
  return {
    get backend() {
      return backend;
    },
    agree: async (computation, seed, tolerance) => {
      const expected = await expectedOf(exact, computation, seed);
      await expectResults(backend, expected, computation, seed, tolerance);
    },
  };
}
