// The trainer's events, after every step and every epoch, and its error.

import { InkgradError } from '../../engine/errors.js';

/**
 * Which epoch's network becomes the run's model: the one with the highest validation accuracy,
 * or the last.
 */
export const KEEP_OPTIONS = ['best', 'last'] as const;
export type KeepOption = (typeof KEEP_OPTIONS)[number];

/** Yielded after every step. */
export interface StepEvent {
  readonly event: 'step';
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps completed of this epoch, and steps in total. */
  readonly step: number;
  readonly steps: number;
  /** Images processed of this epoch, and images in total. */
  readonly done: number;
  readonly total: number;
  /** Means over the epoch so far. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
}

/** Yielded after every epoch. */
export interface EpochEvent {
  readonly event: 'epoch';
  readonly epoch: number;
  /** Running means over the epoch, with dropout active. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** Learning rate at the end of this epoch, before validation changes it. */
  readonly lr: number;
  /**
   * Wall time of the epoch in seconds, including evaluation; of its remainder, if it was resumed.
   */
  readonly seconds: number;
  /** Training images per second, without the evaluation. */
  readonly imagesPerSecond: number;
  /** True if this epoch's network is now the run's model: the best so far, or `keep` is `last`. */
  readonly isModel: boolean;
}

/**
 * The loss or a weight is not finite: the run cannot recover.
 *
 * @example print(new DivergedError('the loss is NaN') instanceof InkgradError); // true
 */
export class DivergedError extends InkgradError {
  override name = 'DivergedError';
}
