// A run of training steps with a count after each: of the backend's own buffers, or of whatever else must not grow. Free of
// Node and of the test runner. Imports the app's bench.

import { trainingRun } from '../../src/app/deviceBench.js';
import type { Backend } from '../../src/engine/backend.js';

export interface LeakOptions {
  /** Default 100. */
  readonly steps?: number;
  /** Images a step. Default 2. */
  readonly batchSize?: number;
}

export interface LeakReport<T> {
  /** The count after each step. */
  readonly afterStep: readonly T[];
  /** The count once the backend was disposed. */
  readonly afterDispose: T;
}

/** Trains, counting after each step, and disposes of the backend. Flat from the third step on, if nothing leaks. */
export async function trainAndCount<T>(
  backend: Backend,
  count: () => T,
  { steps = 100, batchSize = 2 }: LeakOptions = {},
): Promise<LeakReport<T>> {
  const afterStep: T[] = [];
  await trainingRun(backend, { steps, batchSize, onStep: () => afterStep.push(count()) });
  await backend.dispose();
  return { afterStep, afterDispose: count() };
}
