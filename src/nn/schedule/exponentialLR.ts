// Exponential decay of the learning rate.

import { checkOptions } from '../../engine/options.js';
import { check } from '../options.js';
import type { Optimizer } from '../optim/optimizer.js';
import { CurveScheduler } from './scheduler.js';

/** Options of `ExponentialLR`; ArgumentError if one is out of range. */
export interface ExponentialLROptions {
  /** Factor of each step. */
  readonly gamma: number;
}

/**
 * Multiplies the learning rate by `gamma` in each step: lr = baseLr * gamma^step.
 *
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new SGD(model.parameters(), { lr: 0.1 });
 * const schedule = new ExponentialLR(optimizer, { gamma: 0.5 });
 * for (let epoch = 0; epoch < 3; epoch++) schedule.step();
 * print(optimizer.lr); // 0.0125
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 */
export class ExponentialLR extends CurveScheduler {
  constructor(optimizer: Optimizer, options: ExponentialLROptions) {
    checkOptions('ExponentialLR', options, { gamma: true });
    const { gamma } = options;
    const valid = Number.isFinite(gamma) && gamma > 0;
    check('ExponentialLR', 'gamma', gamma, 'a finite number above 0', valid);
    super('ExponentialLR', optimizer, (step, baseLr) => ({ lr: baseLr * gamma ** step }));
  }
}
