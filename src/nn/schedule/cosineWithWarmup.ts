// A straight rise, then half a cosine down (Loshchilov and Hutter, "SGDR", 2017, without restarts). Imports scheduler.

import type { Optimizer } from '../optim/optimizer.js';
import { check, checkCount } from '../options.js';
import { CurveScheduler } from './scheduler.js';

export interface CosineWithWarmupOptions {
  /** Steps of the whole run, warm-up included; after them the rate stays at its end. */
  readonly totalSteps: number;
  /** Steps of the rise; the last of them has the full rate. Default 0. */
  readonly warmupSteps?: number;
  /** Where the rate ends, as a part of the full rate. Default 0. */
  readonly floor?: number;
}

/**
 * For t < warmupSteps lr = baseLr (t + 1) / warmupSteps, then with p = (t - warmupSteps) / (totalSteps - warmupSteps)
 * lr = baseLr (floor + (1 - floor) (1 + cos(pi p)) / 2).
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 */
export class CosineWithWarmup extends CurveScheduler {
  constructor(optimizer: Optimizer, options: CosineWithWarmupOptions) {
    const { totalSteps, warmupSteps = 0, floor = 0 } = options;
    checkCount('CosineWithWarmup', 'warmupSteps', warmupSteps, 0);
    checkCount('CosineWithWarmup', 'totalSteps', totalSteps);
    const rule = `more than warmupSteps (${warmupSteps})`;
    check('CosineWithWarmup', 'totalSteps', totalSteps, rule, totalSteps > warmupSteps);
    check('CosineWithWarmup', 'floor', floor, 'from 0 to 1', floor >= 0 && floor <= 1);

    super('CosineWithWarmup', optimizer, (step, baseLr) => {
      if (step < warmupSteps) return { lr: (baseLr * (step + 1)) / warmupSteps };
      const progress = Math.min(1, (step - warmupSteps) / (totalSteps - warmupSteps));
      return { lr: baseLr * (floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2) };
    });
  }
}
