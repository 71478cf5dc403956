// Compares the losses of training steps on a backend with those on a CPU backend. No Node and no
// test runner, because a browser page runs the same function.

import { trainingRun } from '../../src/app/device/deviceBench.js';
import type { Backend } from '../../src/engine/backend.js';
import type { AdamOptions } from '../../src/nn/index.js';

export interface TrainingAgreement {
  readonly ok: boolean;
  /** Largest difference of two losses. */
  readonly worst: number;
  /** Loss of each step: on the backend, and on the CPU. */
  readonly losses: readonly (readonly [backend: number, cpu: number])[];
  /** Milliseconds of each step on the backend. */
  readonly ms: readonly number[];
}

export interface TrainingOptions {
  /** Images per step; software adapters are slow. Default 8. */
  readonly batchSize?: number;
  readonly steps: number;
  readonly adam: AdamOptions;
}

/**
 * Adam with a tenth of the learning rate and a larger epsilon, so that rounding errors are not
 * amplified and ten steps stay within `LOSS_TOLERANCE`. Largest difference measured in ten steps,
 * webasm against wasm, 8 images: 1.6e-4.
 *
 * With the recipe's settings no two float32 programs stay that close: Adam turns a gradient that is
 * zero except for rounding into a step of the full rate. Measured in the same way: 3.1e-5 in step
 * 3, 3.6e-4 in step 4, 1.5e-3 in step 6, 1.2e-2 in step 10. The same holds for PyTorch: a
 * perturbation of its weights by 1e-6 changes its losses by 1.3e-2 in 20 steps
 * (test/golden/README.md).
 */
export const SMALL_STEPS: TrainingOptions = { steps: 10, adam: { lr: 1e-4, epsilon: 1e-4 } };

/** The recipe's Adam settings, for as many steps as stay within the same tolerance. */
export const RECIPE: TrainingOptions = { steps: 4, adam: { lr: 1e-3 } };

/** Largest difference of two losses. Losses start near 3.85, the logarithm of 47 classes. */
export const LOSS_TOLERANCE = 1e-3;

/** Trains the whole network from the same initial state on both backends. */
export async function compareTraining(
  backend: Backend,
  cpu: Backend,
  { batchSize = 8, steps, adam }: TrainingOptions,
): Promise<TrainingAgreement> {
  const expected = await trainingRun(cpu, { batchSize, steps, adam });
  const actual = await trainingRun(backend, { batchSize, steps, adam });
  const losses = actual.losses.map((loss, step) => [loss, expected.losses[step]] as const);
  const worst = losses.reduce((max, [loss, cpuLoss]) => Math.max(max, Math.abs(loss - cpuLoss)), 0);
  const ok =
    losses.length === steps &&
    worst <= LOSS_TOLERANCE &&
    losses.every((pair) => pair.every(Number.isFinite));
  return { ok, worst, losses, ms: actual.ms };
}
