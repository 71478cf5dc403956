// Learning rate schedules: the interface, and the base class of schedules that are a function of
// the step number.
// A schedule sets the learning rate of its optimizer; it does not depend on the training loop.

import { FormatError } from '../../engine/errors.js';
import { JsonReader, type Json, type JsonObject } from '../saving/json.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { ParameterGroup } from '../optim/parameterGroup.js';

/** A schedule whose state can be saved with a training run. */
export interface Scheduler {
  /**
   * The state as JSON. Options are not included: the caller passes them again when it creates the
   * schedule.
   */
  state(): JsonObject;
  /** Loads a saved state. The learning rate is part of the optimizer's state. */
  load(state: Json): void;
  /** Validates a call of `load`; the returned function executes it. */
  prepareLoad(state: Json): () => void;
}

/**
 * Opens a saved state.
 *
 * @throws FormatError if it belongs to another type of schedule
 */
export function readState(state: Json, type: string): JsonReader {
  const saved = new JsonReader(state, 'scheduler state');
  const savedType = saved.text('type');
  if (savedType !== type)
    throw new FormatError(`scheduler state: type is ${savedType}, expected ${type}`);
  return saved;
}

/** Settings of a parameter group at one step. */
export interface CurvePoint {
  readonly lr: number;
  /** Momentum of all groups; unchanged if absent. */
  readonly momentum?: number;
}

/**
 * The settings of step 0, 1, ..., given the initial learning rate of a parameter group and its
 * index.
 */
export type Curve = (step: number, baseLr: number, group: number) => CurvePoint;

/**
 * A schedule that depends only on the number of steps. The constructor applies the settings of step
 * 0. Call `step` after each optimizer step (or once per epoch: the schedule counts calls).
 *
 * PyTorch multiplies the current rate in each call. Here each rate is computed from the initial
 * rate, so rounding errors do not accumulate. Every parameter group has its own initial rate: its
 * rate when the schedule is created, or when the schedule first finds the group.
 *
 * @example
 * // Halves the rate in each step.
 * class Halving extends CurveScheduler {
 *   constructor(optimizer: Optimizer) {
 *     super('Halving', optimizer, (step, baseLr) => ({ lr: baseLr * 0.5 ** step }));
 *   }
 * }
 * const w = new Parameter([1], [0]);
 * const optimizer = new SGD([w], { lr: 1 });
 * const schedule = new Halving(optimizer);
 * schedule.step();
 * print(optimizer.lr); // 0.5
 * optimizer.dispose();
 * w.dispose();
 */
export abstract class CurveScheduler implements Scheduler {
  readonly #type: string;
  readonly #optimizer: Optimizer;
  /** The settings of each step; `SequentialLR` combines the curves of several schedules. */
  readonly curve: Curve;
  readonly #baseLrs = new Map<ParameterGroup, number>();
  #steps = 0;

  constructor(type: string, optimizer: Optimizer, curve: Curve) {
    this.#type = type;
    this.#optimizer = optimizer;
    this.curve = curve;
    this.#apply();
  }

  /** Number of calls of `step` so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Applies the settings of the next step to the optimizer. */
  step(): void {
    this.#steps += 1;
    this.#apply();
  }

  #baseLrOf(group: ParameterGroup): number {
    const baseLr = this.#baseLrs.get(group) ?? group.lr;
    this.#baseLrs.set(group, baseLr);
    return baseLr;
  }

  #apply(): void {
    for (const [index, group] of this.#optimizer.groups.entries()) {
      const { lr, momentum } = this.curve(this.#steps, this.#baseLrOf(group), index);
      group.lr = lr;
      if (momentum !== undefined) this.#optimizer.momentum = momentum;
    }
  }

  state(): JsonObject {
    const baseLrs = this.#optimizer.groups.map((group) => this.#baseLrOf(group));
    const rates = baseLrs.length === 1 ? { baseLr: baseLrs[0] } : { baseLrs };
    return { type: this.#type, steps: this.#steps, ...rates };
  }

  load(state: Json): void {
    this.prepareLoad(state)();
  }

  prepareLoad(state: Json): () => void {
    const saved = readState(state, this.#type);
    const steps = saved.count('steps');
    const { groups } = this.#optimizer;
    const isRate = (lr: number): boolean => lr >= 0 && Number.isFinite(lr);
    const baseLrs = saved.keys.includes('baseLrs')
      ? saved.numbersThat('baseLrs', 'finite numbers of at least 0', isRate)
      : [saved.numberThat('baseLr', 'a finite number of at least 0', isRate)];
    if (baseLrs.length !== groups.length) {
      throw new FormatError(
        `scheduler state: has ${baseLrs.length} groups of parameters, expected ${groups.length}`,
      );
    }
    return () => {
      this.#steps = steps;
      for (const [index, group] of groups.entries()) this.#baseLrs.set(group, baseLrs[index]);
      this.#apply();
    };
  }
}
