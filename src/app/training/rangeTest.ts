// Learning-rate range test: records the loss while the rate grows from step to step, and
// suggests a rate.
// Source: Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3.

import { loadState, saveState } from '../../nn/index.js';
import type { Trainer } from './trainer.js';
import { trainStep } from './trainStep.js';

export interface RangeTestOptions {
  /** Rate of the first step. Default 1e-6. */
  readonly from?: number;
  /** Rate of the last step. Default 1. */
  readonly to?: number;
  /** Number of steps, each with its own rate, evenly spaced on a logarithmic scale. Default 120. */
  readonly steps?: number;
  /**
   * Called after every step with the number done; a promise is awaited. Return true to end
   * the test early.
   */
  readonly onStep?: (done: number, total: number) => boolean | Promise<boolean>;
}

/** One step of the test. */
export interface RatePoint {
  readonly lr: number;
  /** Loss of the batch. */
  readonly loss: number;
  /** Exponential moving average of the losses so far, bias-corrected. */
  readonly smoothed: number;
}

/** Decay of the moving average per step (Smith's test is noisy without smoothing). */
const SMOOTHING = 0.9;
/**
 * The test ends when the smoothed loss exceeds this multiple of its minimum; larger rates
 * only increase it.
 */
const DIVERGENCE_FACTOR = 3;

/** The rate of step `index` of `steps`. */
export function rateAt(index: number, steps: number, from: number, to: number): number {
  return steps === 1 ? from : from * (to / from) ** (index / (steps - 1));
}

/**
 * Runs the test on the trainer's own batches, then restores its state: weights, running statistics,
 * moments, rate, random streams. The test ends early if the loss explodes.
 */
export async function rangeTest(
  trainer: Trainer,
  options: RangeTestOptions = {},
): Promise<RatePoint[]> {
  const { from = 1e-6, to = 1, steps = 120, onStep = () => false } = options;
  const { model, optimizer, scheduler, rngs, progress } = trainer;
  const savedState = await saveState({ model, optimizer, scheduler, rngs });
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
      // Bias correction as in Adam: the average starts at 0.
      const smoothed = average / (1 - SMOOTHING ** (index + 1));
      if (!Number.isFinite(smoothed) || smoothed > DIVERGENCE_FACTOR * lowest) break;
      lowest = Math.min(lowest, smoothed);
      points.push({ lr, loss, smoothed });
      if (await onStep(index + 1, steps)) break;
    }
  } finally {
    optimizer.zeroGrad();
    // The weight average was not changed.
    const { rngs: streams } = loadState(savedState, { model, optimizer, scheduler });
    trainer.resume({ rngs: streams, progress: { ...progress } });
  }
  return points;
}

/** The batch at `index` of consecutive epochs, as in training. */
function batchAt({ loader }: Trainer, index: number) {
  const { batchesPerEpoch } = loader;
  const [epoch, from] = [1 + Math.floor(index / batchesPerEpoch), index % batchesPerEpoch];
  const { value } = loader.batches(epoch, { from }).next();
  return value!;
}

/**
 * A tenth of the rate at which the smoothed loss is lowest: there the loss still falls fast, far
 * from where it explodes. Rounded to one digit, the accuracy of the test.
 */
export function suggestLearningRate(points: readonly RatePoint[]): number {
  const lowest = points.reduce((best, point) => (point.smoothed < best.smoothed ? point : best));
  return Number((lowest.lr / 10).toPrecision(1));
}
