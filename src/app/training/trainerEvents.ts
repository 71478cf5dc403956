// Events of the trainer, after every step and every epoch, and its error.

import { InkgradError } from '../../engine/errors.js';

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
