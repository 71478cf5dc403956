// Learning-rate schedules of a run: driven by the validation loss, or a curve over all steps.

import {
  CosineWithWarmup,
  OneCycle,
  ReduceLROnPlateau,
  type CurveScheduler,
  type Optimizer,
} from '../../nn/index.js';

/**
 * plateau: the original's, divides the rate by ten after more than two epochs without a lower
 * validation loss. cosine: half a cosine down to 0. one-cycle: rises from 1/25 of the maximum
 * during the first 30 % of the run, then falls to almost 0.
 */
export const SCHEDULES = ['plateau', 'cosine', 'one-cycle'] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

export interface ScheduleOptions {
  /** The initial rate, or the maximum of a curve. */
  readonly learningRate: number;
  /** Steps of the whole run, which the curves need. */
  readonly totalSteps: number;
}

/**
 * Creates a schedule. Step a plateau schedule with the validation loss once per epoch, and a curve
 * after every step.
 */
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
