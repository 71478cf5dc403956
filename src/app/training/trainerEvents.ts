// What the trainer tells about itself, where it stands, and how it fails. Imports errors and nn's JSON.

import { InkgradError } from '../../engine/errors.js';
import { JsonReader, type Json } from '../../nn/saving/json.js';

/** Which epoch's network becomes the run's model: the one with the highest validation accuracy, or the last there is. */
export const KEEPS = ['best', 'last'] as const;
export type Keep = (typeof KEEPS)[number];

/** After every step. */
export interface StepEvent {
  readonly event: 'step';
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps of this epoch done, and all of them. */
  readonly step: number;
  readonly steps: number;
  /** Images of this epoch done, and all of them. */
  readonly done: number;
  readonly total: number;
  /** Means over the epoch so far. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
}

/** After every epoch. */
export interface EpochEvent {
  readonly event: 'epoch';
  readonly epoch: number;
  /** Over the epoch as it went, dropout included. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** Learning rate at the end of this epoch, before validation changes it. */
  readonly lr: number;
  /** Wall time of the epoch, evaluation included; of its rest, where it was resumed. */
  readonly seconds: number;
  /** Training images a second, without the evaluation. */
  readonly imagesPerSecond: number;
  /** Whether this epoch's network is now the run's model: it reads best so far, or `keep` asks for the last. */
  readonly isBest: boolean;
}

/** The loss is no longer a number: the run cannot recover. */
export class DivergedError extends InkgradError {
  override name = 'DivergedError';
}

/** Where a run stands: with the model, the optimizer, the schedule and the streams, all that going on needs. */
export interface Progress {
  /** Epochs completed. */
  epoch: number;
  /** Steps done of the next epoch. */
  step: number;
  /** Over these steps: each image's loss, summed, and hits. */
  lossSum: number;
  correct: number;
  /** The epoch whose network is the run's model, and its validation accuracy; 0 and -1 before the first. */
  bestEpoch: number;
  bestAccuracy: number;
}

/**
 * Reads the progress of a checkpoint.
 *
 * @throws FormatError naming the field that is missing or cannot be
 */
export function readProgress(saved: Json): Progress {
  const progress = new JsonReader(saved, 'progress');
  return {
    epoch: progress.count('epoch'),
    step: progress.count('step'),
    lossSum: progress.numberThat('lossSum', 'a finite number', Number.isFinite),
    correct: progress.count('correct'),
    bestEpoch: progress.count('bestEpoch'),
    bestAccuracy: progress.numberThat('bestAccuracy', '-1, or from 0 to 1', isAccuracy),
  };
}

function isAccuracy(value: number): boolean {
  return value === -1 || (value >= 0 && value <= 1);
}
