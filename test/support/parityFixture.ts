// One backend and one oracle for all tests of a file: starting a backend for each would take longer than the tests.

import { afterAll, beforeAll } from 'vitest';
import type { Backend } from '../../src/engine/index.js';
import { type BackendUnderTest, oracle } from './backends.js';
import { type Computation, expectAgreement } from './parity.js';

export interface ParityFixture {
  /** The backend under test; ready once tests run. */
  readonly backend: Backend;
  /** Fails unless it agrees with the oracle on a computation. */
  readonly agree: (computation: Computation, seed: number, tolerance?: number) => Promise<void>;
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
    agree: (computation, seed, tolerance) => expectAgreement(backend, exact, computation, seed, tolerance),
  };
}
