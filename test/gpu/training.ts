// Ten steps of training on a backend and on a CPU backend: the losses must agree. Free of Node and of the test runner, so
// that a page can run it too. Imports the app's bench.

import { trainingRun } from '../../src/app/deviceBench.js';
import type { Backend } from '../../src/engine/backend.js';

export interface TrainingAgreement {
  readonly ok: boolean;
  /** Largest difference of two losses. */
  readonly worst: number;
  /** Loss of each step: on the backend, and on the CPU. */
  readonly losses: readonly (readonly [own: number, cpu: number])[];
  /** Milliseconds of each step on the backend. */
  readonly ms: readonly number[];
}

export interface TrainingOptions {
  /** Images a step; software adapters are slow. Default 8. */
  readonly batchSize?: number;
  /** Default 10. */
  readonly steps?: number;
}

/**
 * Adam with a tenth of the rate and a larger epsilon. With the recipe's own, a rounding error becomes a step of the full
 * rate where a gradient is 0, and two float32 programs part after about five steps (test/golden/README.md measures it).
 */
const CALM_ADAM = { lr: 1e-4, epsilon: 1e-4 };

/** Losses start near 3.85, the logarithm of 47 classes. */
export const LOSS_TOLERANCE = 1e-3;

/** Trains the whole network from the same start on both backends. */
export async function compareTraining(
  backend: Backend,
  cpu: Backend,
  { batchSize = 8, steps = 10 }: TrainingOptions = {},
): Promise<TrainingAgreement> {
  const expected = await trainingRun(cpu, { batchSize, steps, adam: CALM_ADAM });
  const actual = await trainingRun(backend, { batchSize, steps, adam: CALM_ADAM });
  const losses = actual.losses.map((loss, step) => [loss, expected.losses[step]] as const);
  const worst = losses.reduce((most, [own, other]) => Math.max(most, Math.abs(own - other)), 0);
  const ok =
    losses.length === steps && worst <= LOSS_TOLERANCE && losses.every((pair) => pair.every(Number.isFinite));
  return { ok, worst, losses, ms: actual.ms };
}
