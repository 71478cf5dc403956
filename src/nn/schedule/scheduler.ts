// Schedules: how the learning rate moves while training goes on. Here is what they share, and the base of those that
// are a fixed curve over step numbers. A schedule holds the optimizer and sets its rate; it knows no training loop.
// Imports optimizer, json.

import { FormatError } from '../../engine/errors.js';
import { JsonReader, type Json, type JsonObject } from '../saving/json.js';
import type { Optimizer } from '../optim/optimizer.js';

/** What can be saved with a training run. */
export interface Scheduler {
  /** Everything that moves, as JSON. Options are not in it: they belong to the one who makes the schedule. */
  state(): JsonObject;
  /** Goes on where `state` was taken. The optimizer's own state has the learning rate. */
  load(state: Json): void;
  /** Checks what `load` would do; the result does it. */
  prepareLoad(state: Json): () => void;
}

/** Opens a saved state after checking that it is of this kind of schedule. */
export function readState(state: Json, type: string): JsonReader {
  const saved = new JsonReader(state, 'scheduler state');
  const found = saved.text('type');
  if (found !== type)
    throw new FormatError(`scheduler state: it is of ${found}, but this schedule is ${type}`);
  return saved;
}

/** What the optimizer should use at one step. */
export interface CurvePoint {
  readonly lr: number;
  /** Left alone if absent. */
  readonly momentum?: number;
}

/** The settings of step 0, 1, ..., given the learning rate the optimizer began with. */
export type Curve = (step: number, baseLr: number) => CurvePoint;

/**
 * A schedule that depends on the number of steps alone. The settings of step 0 are put in place at once; call `step`
 * after each of the optimizer's steps (or once an epoch: the schedule counts calls).
 *
 * PyTorch multiplies the present rate at each call; here each rate is computed from the first one, so that rounding
 * does not pile up.
 */
export abstract class CurveScheduler implements Scheduler {
  readonly #type: string;
  readonly #optimizer: Optimizer;
  readonly #curve: Curve;
  #baseLr: number;
  #steps = 0;

  constructor(type: string, optimizer: Optimizer, curve: Curve) {
    this.#type = type;
    this.#optimizer = optimizer;
    this.#curve = curve;
    this.#baseLr = optimizer.lr;
    this.#apply();
  }

  /** Calls of `step` so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Moves the optimizer on to its next settings. */
  step(): void {
    this.#steps += 1;
    this.#apply();
  }

  #apply(): void {
    const { lr, momentum } = this.#curve(this.#steps, this.#baseLr);
    this.#optimizer.lr = lr;
    if (momentum !== undefined) this.#optimizer.momentum = momentum;
  }

  state(): JsonObject {
    return { type: this.#type, steps: this.#steps, baseLr: this.#baseLr };
  }

  load(state: Json): void {
    this.prepareLoad(state)();
  }

  prepareLoad(state: Json): () => void {
    const saved = readState(state, this.#type);
    const steps = saved.count('steps');
    const baseLr = saved.numberThat(
      'baseLr',
      'a finite number of at least 0',
      (lr) => lr >= 0 && Number.isFinite(lr),
    );
    return () => {
      this.#steps = steps;
      this.#baseLr = baseLr;
      this.#apply();
    };
  }
}
