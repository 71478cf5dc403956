// Steps of training on a backend and on a CPU backend: the losses must agree. Free of Node and of the test runner, so
// that a page can run it too. Imports the app's bench.

import { trainingRun } from '../../src/app/device/deviceBench.js';
import type { Backend } from '../../src/engine/backend.js';
import type { AdamOptions } from '../../src/nn/index.js';

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
  readonly steps: number;
  readonly adam: AdamOptions;
}

/**
 * Adam with a tenth of the rate and a larger epsilon: rounding stays rounding, so ten steps can be held to `LOSS_TOLERANCE`.
 * Measured, webasm against wasm, 8 images: at most 1.6e-4 in ten steps.
 *
 * With the recipe's own settings they cannot, on any two float32 programs: a gradient that is 0 but for its rounding becomes a step
 * of the full rate. Measured in the same way: 3.1e-5 in step 3, 3.6e-4 in step 4, 1.5e-3 in step 6, 1.2e-2 in step 10.
 * PyTorch, too: disturbing its weights by 1e-6 moves its losses by 1.3e-2 in 20 steps (test/golden/README.md).
 */
export const CALM: TrainingOptions = { steps: 10, adam: { lr: 1e-4, epsilon: 1e-4 } };

/** The recipe's own Adam, as long as it can be held to the same. */
export const RECIPE: TrainingOptions = { steps: 4, adam: { lr: 1e-3 } };

/** Losses start near 3.85, the logarithm of 47 classes. */
export const LOSS_TOLERANCE = 1e-3;

/** Trains the whole network from the same start on both backends. */
export async function compareTraining(
  backend: Backend,
  cpu: Backend,
  { batchSize = 8, steps, adam }: TrainingOptions,
): Promise<TrainingAgreement> {
  const expected = await trainingRun(cpu, { batchSize, steps, adam });
  const actual = await trainingRun(backend, { batchSize, steps, adam });
  const losses = actual.losses.map((loss, step) => [loss, expected.losses[step]] as const);
  const worst = losses.reduce((most, [own, other]) => Math.max(most, Math.abs(own - other)), 0);
  const ok =
    losses.length === steps &&
    worst <= LOSS_TOLERANCE &&
    losses.every((pair) => pair.every(Number.isFinite));
  return { ok, worst, losses, ms: actual.ms };
}
