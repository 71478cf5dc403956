// ReduceLROnPlateau: lowers the learning rate when a metric stops improving.
// The order of the checks matches PyTorch, including its treatment of NaN and of negative metrics.

import { checkOptions } from '../../engine/options.js';
import { numberToJson, type Json, type JsonObject } from '../saving/json.js';
import type { Optimizer } from '../optim/optimizer.js';
import { check, checkCount } from '../options.js';
import { readState, type Scheduler } from './scheduler.js';

/** Options of `ReduceLROnPlateau`; ArgumentError if one is out of range. */
export interface ReduceLROnPlateauOptions {
  /** Whether a lower (`min`, default) or a higher metric is better. */
  readonly mode?: 'min' | 'max';
  /** Factor on the learning rate. Default 0.1. */
  readonly factor?: number;
  /** Number of epochs without improvement to tolerate; the next one lowers the rate. Default 10. */
  readonly patience?: number;
  /** Minimum improvement over the best metric. Default 1e-4. */
  readonly threshold?: number;
  /** Whether the threshold is relative to the best metric (`rel`, default) or absolute. */
  readonly thresholdMode?: 'rel' | 'abs';
  /** Epochs after a reduction in which bad epochs are not counted. Default 0. */
  readonly cooldown?: number;
  /** Lower bound of the learning rate. Default 0. */
  readonly minLr?: number;
  /** Reductions of at most this size are skipped. Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * After more than `patience` epochs without improvement, lr = max(lr * factor, minLr) in every
 * parameter group.
 *
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new Adam(model.parameters(), { lr: 0.001 });
 * const schedule = new ReduceLROnPlateau(optimizer, { patience: 2 });
 * for (const validationLoss of [0.5, 0.4, 0.4, 0.4, 0.4]) schedule.step(validationLoss);
 * print(optimizer.lr); // 0.0001
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 */
export class ReduceLROnPlateau implements Scheduler {
  readonly #optimizer: Optimizer;
  readonly #options: Required<ReduceLROnPlateauOptions>;
  #best: number;
  #badEpochs = 0;
  #cooldownLeft = 0;

  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    checkOptions('ReduceLROnPlateau', options, {
      mode: true,
      factor: true,
      patience: true,
      threshold: true,
      thresholdMode: true,
      cooldown: true,
      minLr: true,
      epsilon: true,
    });
    this.#options = {
      mode: 'min',
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: 'rel',
      cooldown: 0,
      minLr: 0,
      epsilon: 1e-8,
      ...options,
    };
    const { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, epsilon } =
      this.#options;
    const caller = 'ReduceLROnPlateau';
    check(caller, 'mode', mode, 'min or max', ['min', 'max'].includes(mode));
    check(
      caller,
      'thresholdMode',
      thresholdMode,
      'rel or abs',
      ['rel', 'abs'].includes(thresholdMode),
    );
    check(caller, 'factor', factor, 'at least 0 and below 1', factor >= 0 && factor < 1);
    check(caller, 'threshold', threshold, 'at least 0', threshold >= 0);
    check(caller, 'minLr', minLr, 'at least 0', minLr >= 0);
    check(caller, 'epsilon', epsilon, 'at least 0', epsilon >= 0);
    checkCount(caller, 'patience', patience, 0);
    checkCount(caller, 'cooldown', cooldown, 0);
    this.#optimizer = optimizer;
    this.#best = mode === 'min' ? Infinity : -Infinity;
  }

  /** The best metric so far; infinite before the first epoch. */
  get best(): number {
    return this.#best;
  }

  /** Epochs since the last improvement, without those in cooldown. */
  get badEpochs(): number {
    return this.#badEpochs;
  }

  /** Remaining cooldown epochs. */
  get cooldownLeft(): number {
    return this.#cooldownLeft;
  }

  /** Processes the metric of an epoch; NaN is never an improvement. */
  step(metric: number): void {
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#badEpochs = 0;
    } else {
      this.#badEpochs += 1;
    }
    if (this.#cooldownLeft > 0) {
      this.#cooldownLeft -= 1;
      this.#badEpochs = 0;
    }
    if (this.#badEpochs > this.#options.patience) {
      this.#reduce();
      this.#cooldownLeft = this.#options.cooldown;
      this.#badEpochs = 0;
    }
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const best = this.#best;
    if (mode === 'min') {
      // For a negative best, this relative bound is above it, so a slightly worse metric passes, as
      // in PyTorch.
      return metric < (thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold);
    }
    return metric > (thresholdMode === 'rel' ? best * (threshold + 1) : best + threshold);
  }

  #reduce(): void {
    const { factor, minLr, epsilon } = this.#options;
    for (const group of this.#optimizer.groups) {
      const lower = Math.max(group.lr * factor, minLr);
      if (group.lr - lower > epsilon) group.lr = lower;
    }
  }

  state(): JsonObject {
    return {
      type: 'ReduceLROnPlateau',
      best: numberToJson(this.#best),
      badEpochs: this.#badEpochs,
      cooldownLeft: this.#cooldownLeft,
    };
  }

  load(state: Json): void {
    this.prepareLoad(state)();
  }

  prepareLoad(state: Json): () => void {
    const saved = readState(state, 'ReduceLROnPlateau');
    const best = saved.number('best');
    const badEpochs = saved.count('badEpochs');
    const cooldownLeft = saved.count('cooldownLeft');
    return () => {
      this.#best = best;
      this.#badEpochs = badEpochs;
      this.#cooldownLeft = cooldownLeft;
    };
  }
}
