// The learning-rate range test: how the loss answers to rates that grow from step to step, and the rate that suggests.
// Source: Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3. Imports nn and the trainer.

import { loadState, saveState } from '../../nn/index.js';
import type { Trainer } from './trainer.js';
import { trainStep } from './trainStep.js';

export interface RangeTestOptions {
  /** Rate of the first step. Default 1e-6. */
  readonly from?: number;
  /** Rate of the last step. Default 1. */
  readonly to?: number;
  /** Steps, each with its own rate, equally far apart on a logarithmic scale. Default 120. */
  readonly steps?: number;
  /** Called after every step with the number done; a promise is waited for. True ends the test early. */
  readonly onStep?: (done: number, total: number) => boolean | Promise<boolean>;
}

/** One step of the test. */
export interface RatePoint {
  readonly lr: number;
  /** The batch's own loss. */
  readonly loss: number;
  /** Mean over the steps so far, the newest weighing most. */
  readonly smoothed: number;
}

/** How much of the mean an older loss keeps a step (Smith's test is noisy without). */
const SMOOTHING = 0.9;
/** The test is over when the smoothed loss is so many times the lowest: everything after is worse. */
const HOPELESS = 3;

/** The rate of step `index` of `steps`. */
export function rateAt(index: number, steps: number, from: number, to: number): number {
  return steps === 1 ? from : from * (to / from) ** (index / (steps - 1));
}

/**
 * Runs the test on the trainer's own batches and puts everything back as it was: weights, running statistics, moments, rate,
 * random streams. It ends early where the loss explodes.
 */
export async function rangeTest(trainer: Trainer, options: RangeTestOptions = {}): Promise<RatePoint[]> {
  const { from = 1e-6, to = 1, steps = 120, onStep = () => false } = options;
  const { model, optimizer, scheduler, rngs, progress } = trainer;
  const before = await saveState({ model, optimizer, scheduler, rngs });
  const points: RatePoint[] = [];
  try {
    model.train();
    let average = 0;
    let lowest = Infinity;
    for (let index = 0; index < steps; index++) {
      const lr = rateAt(index, steps, from, to);
      optimizer.lr = lr;
      const { loss } = await trainStep(model, optimizer, batchAt(trainer, index));
      average = SMOOTHING * average + (1 - SMOOTHING) * loss;
      const smoothed = average / (1 - SMOOTHING ** (index + 1)); // as in Adam: the average began at 0
      if (!Number.isFinite(smoothed) || smoothed > HOPELESS * lowest) break;
      lowest = Math.min(lowest, smoothed);
      points.push({ lr, loss, smoothed });
      if (await onStep(index + 1, steps)) break;
    }
  } finally {
    optimizer.zeroGrad();
    const { rngs: streams } = loadState(before, { model, optimizer, scheduler }); // the average was not touched
    trainer.resume({ rngs: streams, progress: { ...progress } });
  }
  return points;
}

/** Batches of epoch after epoch, as training would see them. */
function batchAt({ loader }: Trainer, index: number) {
  const { batchesPerEpoch } = loader;
  const [epoch, from] = [1 + Math.floor(index / batchesPerEpoch), index % batchesPerEpoch];
  const { value } = loader.batches(epoch, { from }).next();
  return value!;
}

/**
 * A tenth of the rate at which the smoothed loss is lowest: there the loss still falls fast, and far from where it
 * explodes. Rounded to one digit, since the test tells no more.
 */
export function suggestRate(points: readonly RatePoint[]): number {
  const lowest = points.reduce((best, point) => (point.smoothed < best.smoothed ? point : best));
  return Number((lowest.lr / 10).toPrecision(1));
}
