// A staircase: the rate falls by a factor every so many steps. Imports scheduler.

import type { Optimizer } from '../optim/optimizer.js';
import { check, checkCount } from '../options.js';
import { CurveScheduler } from './scheduler.js';

export interface StepLROptions {
  /** Calls of `step` between two falls. */
  readonly stepSize: number;
  /** Factor of each fall. Default 0.1. */
  readonly gamma?: number;
}

/**
 * lr = baseLr * gamma^floor(step / stepSize).
 *
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new SGD(model.parameters(), { lr: 0.1 });
 * const schedule = new StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
 * for (let epoch = 0; epoch < 4; epoch++) schedule.step();
 * print(optimizer.lr); // 0.025
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 */
export class StepLR extends CurveScheduler {
  constructor(optimizer: Optimizer, { stepSize, gamma = 0.1 }: StepLROptions) {
    checkCount('StepLR', 'stepSize', stepSize);
    check('StepLR', 'gamma', gamma, 'greater than 0', gamma > 0);
    super('StepLR', optimizer, (step, baseLr) => ({ lr: baseLr * gamma ** Math.floor(step / stepSize) }));
  }
}
