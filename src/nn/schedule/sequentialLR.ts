// Several schedules one after the other, such as a warm-up and a decay.

import { ArgumentError } from '../../engine/errors.js';
import { checkOptions, describeValue } from '../../engine/options.js';
import { check } from '../options.js';
import type { Optimizer } from '../optim/optimizer.js';
import { CurveScheduler } from './scheduler.js';

/** Options of `SequentialLR`. */
export interface SequentialLROptions {
  /**
   * Functions that create the schedules. Each receives the optimizer with its initial rates, which
   * another schedule may already have changed.
   */
  readonly schedules: readonly ((optimizer: Optimizer) => CurveScheduler)[];
  /** The step at which each schedule but the first begins, in ascending order. */
  readonly milestones: readonly number[];
}

/**
 * Runs one schedule until the first milestone, the next one until the second, and so on. Each
 * schedule begins with its step 0 and with the optimizer's initial learning rate.
 *
 * @throws ArgumentError if there are no schedules, or the milestones are not ascending whole
 *   numbers above 0, one fewer than schedules
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new SGD(model.parameters(), { lr: 0.1 });
 * const schedule = new SequentialLR(optimizer, {
 *   schedules: [
 *     (each) => new LambdaLR(each, { lrLambda: (step) => (step + 1) / 4 }),
 *     (each) => new ExponentialLR(each, { gamma: 0.5 }),
 *   ],
 *   milestones: [4],
 * });
 * print(optimizer.lr); // 0.025
 * for (let step = 0; step < 5; step++) schedule.step();
 * print(optimizer.lr); // 0.05
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 */
export class SequentialLR extends CurveScheduler {
  constructor(optimizer: Optimizer, options: SequentialLROptions) {
    checkOptions('SequentialLR', options, { schedules: true, milestones: true });
    const { schedules, milestones } = options;
    checkMilestones(schedules, milestones);
    const initial = optimizer.groups.map((group) => group.options);
    const curves = schedules.map((make, index) => {
      const schedule: unknown = make(optimizer);
      for (const [group, groupOptions] of initial.entries())
        optimizer.groups[group].set(groupOptions);
      if (schedule instanceof CurveScheduler) return schedule.curve;
      throw new ArgumentError(
        `SequentialLR: function ${index} of schedules must return a schedule that depends only on ` +
          `the step, got ${describeValue(schedule)}`,
      );
    });
    super('SequentialLR', optimizer, (step, baseLr, group) => {
      const index = milestones.filter((milestone) => milestone <= step).length;
      const start = index === 0 ? 0 : milestones[index - 1];
      return curves[index](step - start, baseLr, group);
    });
  }
}

function checkMilestones(schedules: readonly unknown[], milestones: readonly number[]): void {
  const caller = 'SequentialLR';
  check(caller, 'schedules', '0', 'at least one function', schedules.length > 0);
  const expected = `one fewer than schedules (${schedules.length - 1})`;
  const isRight = milestones.length === schedules.length - 1;
  check(caller, 'milestones', `${milestones.length}`, expected, isRight);
  const ascending = milestones.every(
    (milestone, index) =>
      Number.isSafeInteger(milestone) && milestone > (milestones[index - 1] ?? 0),
  );
  check(
    caller,
    'milestones',
    `[${milestones.join()}]`,
    'ascending whole numbers above 0',
    ascending,
  );
}
