// Cosine annealing with warm restarts.

import { checkOptions } from '../../engine/options.js';
import { check, checkCount } from '../options.js';
import type { Optimizer } from '../optim/optimizer.js';
import { CurveScheduler } from './scheduler.js';

/** Options of `CosineAnnealingWarmRestarts`; ArgumentError if one is out of range. */
export interface CosineAnnealingWarmRestartsOptions {
  /** Steps until the first restart (PyTorch: T_0). */
  readonly firstPeriod: number;
  /** Factor on the number of steps after each restart, a whole number (PyTorch: T_mult). Default 1. */
  readonly periodFactor?: number;
  /** The rate that each period approaches (PyTorch: eta_min). Default 0. */
  readonly minLr?: number;
}

/**
 * The learning rate falls from its initial value to `minLr` along a cosine, again and again
 * (Loshchilov and Hutter, "SGDR", 2017).
 *
 * At step t of a period of T steps, lr = minLr + (baseLr - minLr) (1 + cos(pi t / T)) / 2. The
 * first period has `firstPeriod` steps; each further one has `periodFactor` times as many.
 *
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new SGD(model.parameters(), { lr: 0.1 });
 * const schedule = new CosineAnnealingWarmRestarts(optimizer, { firstPeriod: 2, periodFactor: 2 });
 * const rates = [];
 * for (let step = 0; step < 4; step++) {
 *   rates.push(optimizer.lr);
 *   schedule.step();
 * }
 * print(rates); // [0.1, 0.05, 0.1, 0.0854]
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
 */
export class CosineAnnealingWarmRestarts extends CurveScheduler {
  constructor(optimizer: Optimizer, options: CosineAnnealingWarmRestartsOptions) {
    const caller = 'CosineAnnealingWarmRestarts';
    checkOptions(caller, options, { firstPeriod: true, periodFactor: true, minLr: true });
    const { firstPeriod, periodFactor = 1, minLr = 0 } = options;
    checkCount(caller, 'firstPeriod', firstPeriod);
    checkCount(caller, 'periodFactor', periodFactor);
    const valid = Number.isFinite(minLr) && minLr >= 0;
    check(caller, 'minLr', minLr, 'a finite number of at least 0', valid);
    super(caller, optimizer, (step, baseLr) => {
      const { period, position } = periodAt(step, firstPeriod, periodFactor);
      const cosine = Math.cos((Math.PI * position) / period);
      return { lr: minLr + ((baseLr - minLr) * (1 + cosine)) / 2 };
    });
  }
}

/** The length of the period that contains a step, and the position of the step in it. */
function periodAt(
  step: number,
  firstPeriod: number,
  periodFactor: number,
): { period: number; position: number } {
  if (periodFactor === 1) return { period: firstPeriod, position: step % firstPeriod };
  let [period, position] = [firstPeriod, step];
  while (position >= period) {
    position -= period;
    period *= periodFactor;
  }
  return { period, position };
}
