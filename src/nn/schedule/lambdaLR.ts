// A learning rate given by a function of the step number.

import { ArgumentError } from '../../engine/errors.js';
import { checkOptions, describeValue } from '../../engine/options.js';
import { check } from '../options.js';
import type { Optimizer } from '../optim/optimizer.js';
import { CurveScheduler } from './scheduler.js';

/** The factor on the initial learning rate at step 0, 1, ... */
export type LrLambda = (step: number) => number;

/** Options of `LambdaLR`. */
export interface LambdaLROptions {
  /** A function for all parameter groups, or a list with one function per group. */
  readonly lrLambda: LrLambda | readonly LrLambda[];
}

/**
 * Multiplies the initial learning rate by a function of the step number: lr = baseLr *
 * lrLambda(step). A saved state does not contain the function. Use one function for all groups if
 * groups are added later.
 *
 * @throws ArgumentError if `lrLambda` is not a function or one function per group, or (from `step`
 *   too) if a rate is negative or not finite
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new SGD(model.parameters(), { lr: 0.1 });
 * const schedule = new LambdaLR(optimizer, { lrLambda: (step) => 1 / Math.sqrt(1 + step) });
 * for (let step = 0; step < 3; step++) schedule.step();
 * print(optimizer.lr); // 0.05
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 */
export class LambdaLR extends CurveScheduler {
  constructor(optimizer: Optimizer, options: LambdaLROptions) {
    checkOptions('LambdaLR', options, { lrLambda: true });
    const { lrLambda } = options;
    const groups = optimizer.groups.length;
    const lambdas: readonly unknown[] =
      typeof lrLambda === 'function' ? new Array<unknown>(groups).fill(lrLambda) : lrLambda;
    const isValid = Array.isArray(lambdas) && lambdas.every((each) => typeof each === 'function');
    if (!isValid) {
      throw new ArgumentError(
        `LambdaLR: lrLambda must be a function or a list of functions, got ${describeValue(lrLambda)}`,
      );
    }
    const perGroup = `one function per group (${groups})`;
    check('LambdaLR', 'lrLambda', `${lambdas.length}`, perGroup, lambdas.length === groups);
    super('LambdaLR', optimizer, (step, baseLr, group) => {
      const lambda = lambdas[Math.min(group, groups - 1)] as LrLambda; // a group may be added later
      return { lr: baseLr * lambda(step) };
    });
  }
}
