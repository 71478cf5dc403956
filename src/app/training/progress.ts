// The position of a training run: stored in checkpoints, checked when a run is resumed.

import { FormatError } from '../../engine/errors.js';
import { JsonReader, type Json, type JsonObject } from '../../nn/saving/json.js';

/**
 * Position of a run. With model, optimizer, schedule and random streams it is the complete state
 * to resume from.
 */
export interface Progress {
  /** Epochs completed. */
  epoch: number;
  /** Steps completed of the next epoch. */
  step: number;
  /** Over these steps: the sum of each image's loss, and the number of correct predictions. */
  lossSum: number;
  correct: number;
  /** The epoch with the highest validation accuracy, and that accuracy; 0 and -1 before the first. */
  bestEpoch: number;
  bestAccuracy: number;
  /**
   * The epoch whose network is the run's model, and its validation accuracy; 0 and -1 before the
   * first. Differs from the best epoch if the run keeps the last one.
   */
  modelEpoch: number;
  modelAccuracy: number;
}

/**
 * Reads the progress of a checkpoint.
 *
 * @throws FormatError naming the field that is missing or invalid
 */
export function readProgress(saved: Json): Progress {
  // Checkpoints of version 0.1 have no fields for the model's epoch.
  const { bestEpoch, bestAccuracy } = (saved ?? {}) as JsonObject;
  const complete = { modelEpoch: bestEpoch, modelAccuracy: bestAccuracy, ...(saved as JsonObject) };
  const progress = new JsonReader(saved === null ? saved : complete, 'progress');
  return {
    epoch: progress.count('epoch'),
    step: progress.count('step'),
    lossSum: progress.numberThat('lossSum', 'a finite number', Number.isFinite),
    correct: progress.count('correct'),
    bestEpoch: progress.count('bestEpoch'),
    bestAccuracy: progress.numberThat('bestAccuracy', '-1, or from 0 to 1', isAccuracy),
    modelEpoch: progress.count('modelEpoch'),
    modelAccuracy: progress.numberThat('modelAccuracy', '-1, or from 0 to 1', isAccuracy),
  };
}

function isAccuracy(value: number): boolean {
  return value === -1 || (value >= 0 && value <= 1);
}

/** Size of an epoch, which bounds a position. */
export interface EpochSize {
  readonly batchesPerEpoch: number;
  /** Images in the first `steps` batches. */
  readonly imagesIn: (steps: number) => number;
}

/**
 * Checks that a saved position is possible in this run.
 *
 * @throws FormatError if it has more steps, hits or epochs than the run can have
 */
export function checkProgress(progress: Progress, { batchesPerEpoch, imagesIn }: EpochSize): void {
  const { epoch, step, correct, bestEpoch, modelEpoch } = progress;
  const isPossible = Math.max(bestEpoch, modelEpoch) <= epoch && correct <= imagesIn(step);
  if (step <= batchesPerEpoch && isPossible) return;
  throw new FormatError(
    `trainer: the checkpoint has an impossible position: step ${step} after epoch ${epoch}, ` +
      `${correct} correct predictions, best epoch ${bestEpoch}; this run has ${batchesPerEpoch} ` +
      'steps per epoch',
  );
}
