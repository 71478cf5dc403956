// Base class of the optimizers: parameters, a learning rate, and per-parameter state (momentum,
// moments).
// The state of a parameter is allocated with its first gradient. It belongs to the optimizer, not
// to the tensors. Subclasses implement the update rule.

import { scope } from '../../engine/current.js';
import { ArgumentError, FormatError } from '../../engine/errors.js';
import { NdArray } from '../../engine/ndarray.js';
import type { Shape } from '../../engine/shape.js';
import { Tensor, zeros } from '../../engine/tensor.js';
import { JsonReader, type Json, type JsonObject } from '../saving/json.js';
import { check } from '../options.js';
import type { Parameter } from '../parameter.js';
import { compareState, rowMajor, type HostState } from '../saving/stateDict.js';

/**
 * State of an optimizer: numbers, and arrays such as `0.exp_avg` for parameter 0. The optimizer
 * owns the arrays.
 */
export interface OptimizerState {
  /** Type, learning rate, step counts and hyperparameters. */
  readonly settings: JsonObject;
  /** Arrays by name: parameter index, dot, array name. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** An `OptimizerState` loaded from a file. */
export interface SavedOptimizerState {
  readonly settings: Json;
  readonly tensors: HostState;
}

/** State of one parameter, allocated with its first gradient. */
interface Slot {
  /** Updates of this parameter so far. */
  steps: number;
  readonly tensors: readonly Tensor[];
}

/** A parameter with a gradient, and its optimizer state. */
export interface ParameterUpdate {
  readonly parameter: NdArray;
  readonly gradient: NdArray;
  /** The optimizer's arrays, in the order of `slotNames`. */
  readonly slots: readonly NdArray[];
  /** Updates so far, including this one: 1 in the first step. */
  readonly steps: number;
}

/**
 * Base class of the optimizers: a list of parameters, a learning rate, and arrays per parameter.
 *
 * @example
 * const layer = new Linear({ inFeatures: 4, outFeatures: 2, rng: new Rng(1) });
 * const optimizer: Optimizer = new SGD(layer.parameters(), { lr: 0.1 });
 * print(optimizer.lr); // 0.1
 * optimizer.dispose();
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/optim.html
 */
export abstract class Optimizer {
  /** The parameters, in the order of the saved state. */
  readonly parameters: readonly Parameter[];
  readonly #slots: (Slot | null)[];
  #lr = 0;

  /**
   * @param parameters the parameters to optimize: `model.parameters()`
   * @throws ArgumentError if there are no parameters, or one is listed twice
   */
  constructor(parameters: readonly Parameter[], lr: number) {
    if (parameters.length === 0)
      throw new ArgumentError('optimizer: there are no parameters to optimize');
    if (new Set(parameters).size !== parameters.length) {
      throw new ArgumentError(
        'optimizer: a parameter is listed twice and would be updated twice per step',
      );
    }
    this.parameters = [...parameters];
    this.#slots = parameters.map(() => null);
    this.lr = lr;
  }

  /** Type of the optimizer in a saved state. */
  abstract readonly type: string;

  /** PyTorch's names of the arrays per parameter. */
  protected abstract readonly slotNames: readonly string[];

  /**
   * SGD's momentum or Adam's beta1, which a one-cycle schedule lowers while the learning rate is
   * high.
   */
  abstract momentum: number;

  /** Updates the given parameters, at least one. */
  protected abstract update(updates: readonly ParameterUpdate[]): void;

  /** Options to save, without the learning rate. */
  protected abstract hyperparameters(): JsonObject;

  /** Validates saved options; the returned function applies them. */
  protected abstract readHyperparameters(saved: JsonReader): () => void;

  /** Learning rate; may be set between steps, by a schedule or manually. */
  get lr(): number {
    return this.#lr;
  }

  set lr(value: number) {
    check('optimizer', 'lr', value, 'a finite number of at least 0', isRate(value));
    this.#lr = value;
  }

  /** Updates every parameter that has a gradient. The gradients stay until `zeroGrad`. */
  step(): void {
    scope(() => {
      const updates: ParameterUpdate[] = [];
      for (const [index, parameter] of this.parameters.entries()) {
        if (parameter.grad === null) continue;
        const slot = (this.#slots[index] ??= this.#createSlot(parameter));
        slot.steps += 1;
        const slots = slot.tensors.map((tensor) => tensor.array);
        const { steps } = slot;
        updates.push({ parameter: parameter.array, gradient: parameter.grad.array, slots, steps });
      }
      if (updates.length > 0) this.update(updates);
    });
  }

  /** Frees the gradients of all parameters; call it before each backward. */
  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.zeroGrad();
  }

  /** The complete state, for a later run that continues exactly. */
  stateDict(): OptimizerState {
    const tensors = this.#slots.flatMap((slot, index) =>
      (slot?.tensors ?? []).map(
        (tensor, slotIndex) => [`${index}.${this.slotNames[slotIndex]}`, tensor] as const,
      ),
    );
    const steps = this.#slots.map((slot) => slot?.steps ?? 0);
    return {
      settings: { type: this.type, lr: this.lr, steps, ...this.hyperparameters() },
      tensors: Object.fromEntries(tensors),
    };
  }

  /**
   * Loads a saved state, including the learning rate.
   *
   * @throws FormatError or ArgumentError if it belongs to another optimizer or model; nothing is
   *   changed in that case
   */
  loadStateDict(state: SavedOptimizerState): void {
    this.prepareLoad(state)();
  }

  /** Validates a call of `loadStateDict`; the returned function executes it. */
  prepareLoad({ settings, tensors }: SavedOptimizerState): () => void {
    const saved = new JsonReader(settings, 'optimizer state');
    const type = saved.text('type');
    if (type !== this.type) {
      throw new FormatError(`optimizer state: type is ${type}, expected ${this.type}`);
    }
    const lr = saved.numberThat('lr', 'a finite number of at least 0', isRate);
    const setHyperparameters = this.readHyperparameters(saved);
    const steps = saved.counts('steps');
    if (steps.length !== this.parameters.length) {
      throw new FormatError(
        `optimizer state: has ${steps.length} parameters, expected ${this.parameters.length}`,
      );
    }
    const expected = new Map<string, Shape>();
    for (const [index, { shape }] of this.parameters.entries()) {
      for (const name of steps[index] > 0 ? this.slotNames : [])
        expected.set(`${index}.${name}`, shape);
    }
    compareState('optimizer state', expected, tensors);

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

  /**
   * Frees the optimizer state, but not the parameters, which belong to the model. A later step
   * starts from an empty state.
   */
  dispose(): void {
    for (const [index, slot] of this.#slots.entries()) {
      for (const tensor of slot?.tensors ?? []) tensor.dispose();
      this.#slots[index] = null;
    }
  }

  /** Allocates arrays of the parameter's shape; zero if `values` is missing. */
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
