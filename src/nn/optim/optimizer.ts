// What every optimizer has: parameters, a learning rate, and per parameter some arrays of its own shape (momentum,
// moments), which are made when the parameter gets its first gradient. How one parameter moves is the subclass's.
// The state lives here, not on tensors. Imports ndarray, tensor, parameter, stateDict, json.

import { scope } from '../../engine/current.js';
import { ArgumentError, FormatError } from '../../engine/errors.js';
import { NdArray } from '../../engine/ndarray.js';
import type { Shape } from '../../engine/shape.js';
import { Tensor, zeros } from '../../engine/tensor.js';
import { JsonReader, type Json, type JsonObject } from '../saving/json.js';
import { check } from '../options.js';
import type { Parameter } from '../parameter.js';
import { compareState, rowMajor, type HostState } from '../saving/stateDict.js';

/** An optimizer's state: numbers, and arrays such as `0.exp_avg` for parameter 0, which stay the optimizer's own. */
export interface OptimizerState {
  readonly settings: JsonObject;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** The same, read back from a file. */
export interface SavedOptimizerState {
  readonly settings: Json;
  readonly tensors: HostState;
}

/** What is kept for one parameter once it has had a gradient. */
interface Slot {
  /** Updates of this parameter so far. */
  steps: number;
  readonly tensors: readonly Tensor[];
}

/** A parameter that has a gradient, and what is kept for it. */
export interface Move {
  readonly parameter: NdArray;
  readonly gradient: NdArray;
  /** The optimizer's own arrays, in the order of `slotNames`. */
  readonly slots: readonly NdArray[];
  /** Updates so far, this one included: 1 is the first. */
  readonly steps: number;
}

export abstract class Optimizer {
  readonly parameters: readonly Parameter[];
  readonly #slots: (Slot | null)[];
  #lr = 0;

  /** @param parameters what to optimize: `model.parameters()` */
  constructor(parameters: readonly Parameter[], lr: number) {
    if (parameters.length === 0) throw new ArgumentError('optimizer: there are no parameters to optimize');
    if (new Set(parameters).size !== parameters.length) {
      throw new ArgumentError('optimizer: a parameter is listed twice and would be moved twice a step');
    }
    this.parameters = [...parameters];
    this.#slots = parameters.map(() => null);
    this.lr = lr;
  }

  /** Which optimizer this is, as a saved state names it. */
  abstract readonly type: string;

  /** PyTorch's names for the arrays kept for each parameter. */
  protected abstract readonly slotNames: readonly string[];

  /** SGD's momentum or Adam's beta1: what a one-cycle schedule turns down while the rate is high. */
  abstract momentum: number;

  /** Moves parameters, at least one. */
  protected abstract update(moves: readonly Move[]): void;

  /** Options to save, the learning rate aside. */
  protected abstract hyperparameters(): JsonObject;

  /** Checks saved options; the result puts them in place. */
  protected abstract readHyperparameters(saved: JsonReader): () => void;

  /** Learning rate; may be set between steps, by a schedule or by hand. */
  get lr(): number {
    return this.#lr;
  }

  set lr(value: number) {
    check('optimizer', 'lr', value, 'a finite number of at least 0', isRate(value));
    this.#lr = value;
  }

  /** Moves every parameter that has a gradient. The gradients stay until `zeroGrad`. */
  step(): void {
    scope(() => {
      const moves: Move[] = [];
      for (const [index, parameter] of this.parameters.entries()) {
        if (parameter.grad === null) continue;
        const slot = (this.#slots[index] ??= this.#createSlot(parameter));
        slot.steps += 1;
        const slots = slot.tensors.map((kept) => kept.array);
        const { steps } = slot;
        moves.push({ parameter: parameter.array, gradient: parameter.grad.array, slots, steps });
      }
      if (moves.length > 0) this.update(moves);
    });
  }

  /** Frees the gradients of all parameters: call it before each backward. */
  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.zeroGrad();
  }

  /** Everything that a later run needs to go on as if there had been no break. */
  stateDict(): OptimizerState {
    const tensors = this.#slots.flatMap((slot, index) =>
      (slot?.tensors ?? []).map((kept, place) => [`${index}.${this.slotNames[place]}`, kept] as const),
    );
    const steps = this.#slots.map((slot) => slot?.steps ?? 0);
    return {
      settings: { type: this.type, lr: this.lr, steps, ...this.hyperparameters() },
      tensors: Object.fromEntries(tensors),
    };
  }

  /**
   * Takes over a saved state, learning rate included.
   *
   * @throws FormatError or ArgumentError if it belongs to another optimizer or model; then nothing was changed
   */
  loadStateDict(state: SavedOptimizerState): void {
    this.prepareLoad(state)();
  }

  /** Checks what `loadStateDict` would do; the result does it. */
  prepareLoad({ settings, tensors }: SavedOptimizerState): () => void {
    const saved = new JsonReader(settings, 'optimizer state');
    const type = saved.text('type');
    if (type !== this.type) {
      throw new FormatError(`optimizer state: it is of ${type}, but this optimizer is ${this.type}`);
    }
    const lr = saved.numberThat('lr', 'a finite number of at least 0', isRate);
    const setHyperparameters = this.readHyperparameters(saved);
    const steps = saved.counts('steps');
    if (steps.length !== this.parameters.length) {
      throw new FormatError(
        `optimizer state: it has ${steps.length} parameters, this optimizer ${this.parameters.length}`,
      );
    }
    const wanted = new Map<string, Shape>();
    for (const [index, { shape }] of this.parameters.entries()) {
      for (const name of steps[index] > 0 ? this.slotNames : []) wanted.set(`${index}.${name}`, shape);
    }
    compareState('optimizer state', wanted, tensors);

    return () => {
      this.lr = lr;
      setHyperparameters();
      this.dispose();
      for (const [index, parameter] of this.parameters.entries()) {
        if (steps[index] === 0) continue;
        const slot = this.#createSlot(parameter, (name) => rowMajor(tensors[`${index}.${name}`]));
        slot.steps = steps[index];
        this.#slots[index] = slot;
      }
    };
  }

  /** Frees what is kept for the parameters; the parameters are the model's. A later step starts afresh. */
  dispose(): void {
    for (const [index, slot] of this.#slots.entries()) {
      for (const kept of slot?.tensors ?? []) kept.dispose();
      this.#slots[index] = null;
    }
  }

  /** Arrays of the parameter's shape, zero unless values are given. */
  #createSlot(parameter: Parameter, values?: (name: string) => ArrayLike<number>): Slot {
    const { backend } = parameter.array;
    const { shape } = parameter;
    const tensors = this.slotNames.map((name) =>
      (values === undefined
        ? zeros(shape, { backend })
        : new Tensor(NdArray.upload(values(name), shape, backend))
      ).keep(),
    );
    return { steps: 0, tensors };
  }
}

function isRate(value: number): boolean {
  return value >= 0 && Number.isFinite(value);
}
