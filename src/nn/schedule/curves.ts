// Schedules that are a function of the step number: step decay, cosine with warm-up, one cycle.

import { checkOptions } from '../../engine/options.js';
import type { Optimizer } from '../optim/optimizer.js';
import { check, checkCount } from '../options.js';
import { CurveScheduler } from './scheduler.js';

/** Options of `StepLR`; ArgumentError if one is out of range. */
export interface StepLROptions {
  /** Calls of `step` between two reductions. */
  readonly stepSize: number;
  /** Factor of each reduction. Default 0.1. */
  readonly gamma?: number;
}

/**
 * Multiplies the learning rate by `gamma` every `stepSize` steps: lr = baseLr * gamma^floor(step /
 * stepSize).
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
  constructor(optimizer: Optimizer, options: StepLROptions) {
    checkOptions('StepLR', options, { stepSize: true, gamma: true });
    const { stepSize, gamma = 0.1 } = options;
    checkCount('StepLR', 'stepSize', stepSize);
    check('StepLR', 'gamma', gamma, 'greater than 0', gamma > 0);
    super('StepLR', optimizer, (step, baseLr) => ({
      lr: baseLr * gamma ** Math.floor(step / stepSize),
    }));
  }
}

/** Options of `CosineWithWarmup`; ArgumentError if one is out of range. */
export interface CosineWithWarmupOptions {
  /**
   * Steps of the whole run, including warm-up; afterwards the learning rate stays at its final
   * value.
   */
  readonly totalSteps: number;
  /** Steps of the warm-up; the last of them has the full rate. Default 0. */
  readonly warmupSteps?: number;
  /** Final learning rate as a fraction of the full rate. Default 0. */
  readonly floor?: number;
}

/**
 * Cosine annealing after a linear warm-up (Loshchilov and Hutter, "SGDR", 2017, without restarts).
 *
 * At step t < warmupSteps, lr = baseLr (t + 1) / warmupSteps. Afterwards, with p = min(1, (t -
 * warmupSteps) / (totalSteps - warmupSteps)), lr = baseLr (floor + (1 - floor) (1 + cos(pi p)) /
 * 2).
 *
 * @example
 * const w = new Parameter([1], [0]);
 * const optimizer = new SGD([w], { lr: 1 });
 * const schedule = new CosineWithWarmup(optimizer, { totalSteps: 10, warmupSteps: 2 });
 * const warmup = optimizer.lr;
 * schedule.step();
 * schedule.step();
 * print(warmup, optimizer.lr); // 0.5 1
 * optimizer.dispose();
 * w.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 */
export class CosineWithWarmup extends CurveScheduler {
  constructor(optimizer: Optimizer, options: CosineWithWarmupOptions) {
    checkOptions('CosineWithWarmup', options, {
      totalSteps: true,
      warmupSteps: true,
      floor: true,
    });
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

/** Options of `OneCycle`; ArgumentError if one is out of range. */
export interface OneCycleOptions {
  /**
   * Maximum learning rate, of all parameter groups or a list with one rate per group. The
   * optimizer's initial rates are ignored.
   */
  readonly maxLr: number | readonly number[];
  /** Steps of the whole run; afterwards the settings stay at their final values. */
  readonly totalSteps: number;
  /** Fraction of the run in which the learning rate rises. Default 0.3. */
  readonly pctStart?: number;
  /** Shape of the rise and the fall. Default `cos`. */
  readonly anneal?: 'cos' | 'linear';
  /** The initial rate is maxLr / divFactor. Default 25. */
  readonly divFactor?: number;
  /** The final rate is the initial rate / finalDivFactor. Default 10,000. */
  readonly finalDivFactor?: number;
  /**
   * Whether momentum (Adam's beta1) falls while the rate rises, and rises while the rate falls.
   * Default true.
   */
  readonly cycleMomentum?: boolean;
  /** Momentum at the maximum rate. Default 0.85. */
  readonly baseMomentum?: number;
  /** Momentum at the first and the last step. Default 0.95. */
  readonly maxMomentum?: number;
}

/** Interpolates from `start` (fraction 0) to `end` (fraction 1). */
type Anneal = (start: number, end: number, fraction: number) => number;

const ANNEALS: Readonly<Record<'cos' | 'linear', Anneal>> = {
  cos: (start, end, fraction) => end + ((start - end) * (1 + Math.cos(Math.PI * fraction))) / 2,
  linear: (start, end, fraction) => start + (end - start) * fraction,
};

/**
 * One-cycle policy: the learning rate rises to a high maximum and falls far below its initial
 * value; momentum does the opposite (Smith and Topin, "Super-convergence", 2018).
 *
 * The rate rises from maxLr / divFactor to maxLr in the first pctStart of the steps, then falls to
 * maxLr / divFactor / finalDivFactor.
 *
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new SGD(model.parameters(), { momentum: 0.9 });
 * const schedule = new OneCycle(optimizer, { maxLr: 0.1, totalSteps: 100 });
 * print(optimizer.lr); // 0.004
 * for (let step = 0; step < 29; step++) schedule.step();
 * print(optimizer.lr); // 0.1
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 */
export class OneCycle extends CurveScheduler {
  constructor(optimizer: Optimizer, options: OneCycleOptions) {
    checkOptions('OneCycle', options, {
      maxLr: true,
      totalSteps: true,
      pctStart: true,
      anneal: true,
      divFactor: true,
      finalDivFactor: true,
      cycleMomentum: true,
      baseMomentum: true,
      maxMomentum: true,
    });
    const { maxLr, totalSteps, pctStart = 0.3, anneal = 'cos', divFactor = 25 } = options;
    const {
      finalDivFactor = 1e4,
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
    } = options;
    checkCount('OneCycle', 'totalSteps', totalSteps, 2);
    const groups = optimizer.groups.length;
    const peaks = typeof maxLr === 'number' ? new Array<number>(groups).fill(maxLr) : maxLr;
    const perGroup = `one rate per group (${groups})`;
    check('OneCycle', 'maxLr', `${peaks.length} rates`, perGroup, peaks.length === groups);
    for (const rate of peaks) check('OneCycle', 'maxLr', rate, 'greater than 0', rate > 0);
    check(
      'OneCycle',
      'pctStart',
      pctStart,
      'at least 0 and below 1',
      pctStart >= 0 && pctStart < 1,
    );
    check('OneCycle', 'divFactor', divFactor, 'greater than 0', divFactor > 0);
    check('OneCycle', 'finalDivFactor', finalDivFactor, 'greater than 0', finalDivFactor > 0);
    // The peak may lie between two steps.
    const [peak, last] = [pctStart * totalSteps - 1, totalSteps - 1];

    super('OneCycle', optimizer, (step, _, group) => {
      const peakLr = peaks[Math.min(group, peaks.length - 1)]; // a group may be added later
      const [startLr, endLr] = [peakLr / divFactor, peakLr / divFactor / finalDivFactor];
      const rising = step < peak;
      const fraction = rising ? step / peak : Math.min(1, (step - peak) / (last - peak));
      const interpolate = (first: number, peakValue: number, final: number): number =>
        rising
          ? ANNEALS[anneal](first, peakValue, fraction)
          : ANNEALS[anneal](peakValue, final, fraction);
      return {
        lr: interpolate(startLr, peakLr, endLr),
        ...(cycleMomentum ? { momentum: interpolate(maxMomentum, baseMomentum, maxMomentum) } : {}),
      };
    });
  }
}
