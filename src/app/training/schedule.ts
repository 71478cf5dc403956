// How the learning rate moves in a run: by what validation says, or along a curve over all steps. Imports nn.

import {
  CosineWithWarmup,
  OneCycle,
  ReduceLROnPlateau,
  type CurveScheduler,
  type Optimizer,
} from '../../nn/index.js';

/**
 * plateau: the original's, a tenth of the rate after more than two epochs without a lower validation loss. cosine: half a
 * cosine down to 0. one-cycle: up from a 25th in the first three tenths of the run, then down to almost 0.
 */
export const SCHEDULES = ['plateau', 'cosine', 'one-cycle'] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

export interface ScheduleOptions {
  /** The rate to start from, or of a curve the highest. */
  readonly learningRate: number;
  /** Steps of the whole run, which the curves need. */
  readonly totalSteps: number;
}

/** One that follows validation steps once an epoch, one that is a curve after every step. */
export function makeSchedule(
  name: ScheduleName,
  optimizer: Optimizer,
  { learningRate, totalSteps }: ScheduleOptions,
): ReduceLROnPlateau | CurveScheduler {
  switch (name) {
    case 'plateau':
      return new ReduceLROnPlateau(optimizer, { mode: 'min', patience: 2 });
    case 'cosine':
      return new CosineWithWarmup(optimizer, { totalSteps });
    case 'one-cycle':
      return new OneCycle(optimizer, { maxLr: learningRate, totalSteps: Math.max(2, totalSteps) });
  }
}
