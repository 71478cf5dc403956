// Base class of the optimizers: groups of parameters, and per-parameter state (momentum, moments).
// The state of a parameter is allocated with its first gradient. It belongs to the optimizer, not
// to the tensors. Subclasses implement the update rule.

import { scaleShift } from '../../../kernels/elementwise.js';
import { scope } from '../../engine/current.js';
import { ArgumentError, FormatError } from '../../engine/errors.js';
import { elementwise } from '../../engine/launch.js';
import { NdArray } from '../../engine/ndarray.js';
import type { Shape } from '../../engine/shape.js';
import { full, Tensor } from '../../engine/tensor.js';
import { JsonReader, type Json, type JsonObject } from '../saving/json.js';
import type { Parameter } from '../parameter.js';
import { compareState, rowMajor, type HostState } from '../saving/stateDict.js';
import { defaultOptions, loadOptions, resolveOptions, saveOptions } from './optionRules.js';
import {
  ParameterGroup,
  toGroups,
  type CommonOptions,
  type GroupRules,
  type ParameterGroupOptions,
  type ParametersOrGroups,
} from './parameterGroup.js';

/**
 * State of an optimizer: numbers, and arrays such as `0.exp_avg` for parameter 0. The optimizer
 * owns the arrays.
 */
export interface OptimizerState {
  /**
   * Type, step counts and options; with several groups, `groups` lists the options and the number
   * of parameters of each.
   */
  readonly settings: JsonObject;
  /** Arrays by name: parameter index (groups in order), dot, array name. */
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
  /** Arrays of the parameter's shape, by PyTorch's name. */
  readonly tensors: Map<string, Tensor>;
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
 * Base class of the optimizers: groups of parameters with their options, and arrays per parameter.
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
export abstract class Optimizer<O extends CommonOptions = CommonOptions> {
  readonly #rules: GroupRules<O>;
  /** Options of a group that does not give its own. */
  readonly #defaults: O;
  readonly #groups: ParameterGroup<O>[] = [];
  readonly #slots = new Map<Parameter, Slot>();

  /**
   * @param parameters the parameters to optimize (`model.parameters()`), or groups with options
   *   of their own
   * @param options options of all groups that do not give their own
   * @throws ArgumentError if there are no parameters, one is listed twice, or an option is unknown
   *   or invalid
   */
  constructor(rules: GroupRules<O>, parameters: ParametersOrGroups<O>, options: Partial<O>) {
    this.#rules = rules;
    const { optimizer, options: optionRules } = rules;
    this.#defaults = resolveOptions(optimizer, optionRules, options, defaultOptions(optionRules));
    for (const group of toGroups(optimizer, parameters)) this.addParamGroup(group);
    if (this.parameters.length === 0)
      throw new ArgumentError(`${optimizer}: there are no parameters to optimize`);
  }

  /** Type of the optimizer in a saved state. */
  abstract readonly type: string;

  /** PyTorch's names of the arrays per parameter. */
  protected abstract slotNames(options: O): readonly string[];

  /** Value of the elements of a new array per parameter; 0 without this method. */
  protected slotStart?(options: O): number;

  /**
   * SGD's momentum or Adam's beta1, which a one-cycle schedule lowers while the learning rate is
   * high. The value of the first group; setting it changes all groups.
   */
  abstract momentum: number;

  /** Updates the given parameters of one group, at least one. */
  protected abstract update(updates: readonly ParameterUpdate[], options: O): void;

  /** The groups; an optimizer that was given a list of parameters has one. */
  get groups(): readonly ParameterGroup<O>[] {
    return this.#groups;
  }

  /** All parameters, in the order of the saved state. */
  get parameters(): readonly Parameter[] {
    return this.#groups.flatMap(({ params }) => params);
  }

  /**
   * Learning rate of the first group. Setting it, in a schedule or manually, changes the rate of
   * all groups; `groups[i].lr` is the rate of one group.
   */
  get lr(): number {
    return this.#groups[0].lr;
  }

  set lr(lr: number) {
    for (const group of this.#groups) group.lr = lr;
  }

  /**
   * Adds a group, for example layers that are trained from now on. Options that are missing are
   * those of the optimizer's constructor.
   *
   * @throws ArgumentError if a parameter is already in a group, or an option is unknown or invalid
   * @example
   * const [head, body] = [1, 2].map(
   *   (seed) => new Linear({ inFeatures: 2, outFeatures: 2, rng: new Rng(seed) }),
   * );
   * const optimizer = new SGD(head.parameters(), { lr: 0.1, momentum: 0.9 });
   * optimizer.addParamGroup({ params: body.parameters(), lr: 0.01 });
   * print(optimizer.groups[1].options.momentum); // 0.9
   * for (const layer of [head, body]) layer.dispose();
   *
   * @see https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.add_param_group.html
   */
  addParamGroup(options: ParameterGroupOptions<O>): void {
    const group = new ParameterGroup(this.#rules, options, this.#defaults);
    const parameters = [...this.parameters, ...group.params];
    if (new Set(parameters).size !== parameters.length) {
      throw new ArgumentError(
        `${this.#rules.optimizer}: a parameter is listed twice and would be updated twice per step`,
      );
    }
    this.#groups.push(group);
  }

  /**
   * Updates every parameter that has a gradient and is not frozen. The gradients stay until
   * `zeroGrad`.
   */
  step(): void {
    scope(() => {
      for (const { params, options } of this.#groups) {
        const names = this.slotNames(options);
        const updates = params
          .filter(({ grad, requiresGrad }) => grad !== null && requiresGrad)
          .map((parameter) => this.#nextUpdate(parameter, names, options));
        if (updates.length > 0) this.update(updates, options);
      }
    });
  }

  #nextUpdate(parameter: Parameter, names: readonly string[], options: O): ParameterUpdate {
    const slot = this.#slots.get(parameter) ?? { steps: 0, tensors: new Map<string, Tensor>() };
    this.#slots.set(parameter, slot);
    slot.steps += 1;
    const slots = names.map((name) => {
      const tensor = slot.tensors.get(name) ?? this.#newTensor(parameter, options);
      slot.tensors.set(name, tensor);
      return tensor.array;
    });
    const { array } = parameter.grad!;
    const gradient = options.maximize
      ? elementwise(scaleShift, [array], { factor: -1, summand: 0 })
      : array;
    return { parameter: parameter.array, gradient, slots, steps: slot.steps };
  }

  #newTensor({ shape, array: { backend } }: Parameter, options: O): Tensor {
    return full(shape, this.slotStart?.(options) ?? 0, { backend }).keep();
  }

  /** Frees the gradients of all parameters; call it before each backward. */
  zeroGrad(): void {
    for (const { params } of this.#groups) {
      for (const parameter of params) parameter.zeroGrad();
    }
  }

  /** The complete state, for a later run that continues exactly. */
  stateDict(): OptimizerState {
    const tensors = this.#withNames().flatMap(([index, parameter, names]) => {
      const slot = this.#slots.get(parameter);
      return names.flatMap((name): [string, Tensor][] => {
        const tensor = slot?.tensors.get(name);
        return tensor === undefined ? [] : [[`${index}.${name}`, tensor]];
      });
    });
    const steps = this.parameters.map((parameter) => this.#slots.get(parameter)?.steps ?? 0);
    const saved = this.#groups.map(({ params, options }) => ({
      ...saveOptions(this.#rules.options, options),
      ...(this.#groups.length > 1 ? { parameters: params.length } : {}),
    }));
    const settings = saved.length === 1 ? saved[0] : { groups: saved };
    return {
      settings: { type: this.type, steps, ...settings },
      tensors: Object.fromEntries(tensors),
    };
  }

  /** Index, parameter and names of its arrays for every parameter. */
  #withNames(optionsOf = this.#groups.map(({ options }) => options)) {
    const rows = this.#groups.flatMap(({ params }, group) => {
      const names = this.slotNames(optionsOf[group]);
      return params.map((parameter) => [parameter, names] as const);
    });
    return rows.map(([parameter, names], index) => [index, parameter, names] as const);
  }

  /**
   * Loads a saved state, including the options of every group.
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
    const optionsOf = this.#readGroups(saved);
    const steps = saved.counts('steps');
    checkCount('parameters', steps.length, this.parameters.length);
    const expected = new Map<string, Shape>();
    const rows = this.#withNames(optionsOf).filter(([index]) => steps[index] > 0);
    for (const [index, { shape }, names] of rows) {
      for (const name of names) expected.set(`${index}.${name}`, shape);
    }
    compareState('optimizer state', expected, tensors);

    return () => {
      for (const [index, group] of this.#groups.entries()) group.set(optionsOf[index]);
      this.dispose();
      for (const [index, parameter, names] of rows) {
        const { shape } = parameter;
        const { backend } = parameter.array;
        const loaded = names.map((name): [string, Tensor] => {
          const values = rowMajor(tensors[`${index}.${name}`]);
          return [name, new Tensor(NdArray.upload(values, shape, backend)).keep()];
        });
        this.#slots.set(parameter, { steps: steps[index], tensors: new Map(loaded) });
      }
    };
  }

  /** The options of every group in a saved state; one group is stored without a list. */
  #readGroups(saved: JsonReader): O[] {
    const groups = saved.keys.includes('groups') ? saved.objects('groups') : [saved];
    checkCount('groups', groups.length, this.#groups.length);
    return groups.map((group, index) => {
      if (groups.length > 1) {
        const label = `parameters in group ${index}`;
        checkCount(label, group.count('parameters'), this.#groups[index].params.length);
      }
      const options = loadOptions(this.#rules.options, group);
      this.#rules.checkTogether?.(options);
      return options;
    });
  }

  /**
   * Frees the optimizer state, but not the parameters, which belong to the model. A later step
   * starts from an empty state.
   */
  dispose(): void {
    for (const { tensors } of this.#slots.values()) {
      for (const tensor of tensors.values()) tensor.dispose();
    }
    this.#slots.clear();
  }
}

/** @throws FormatError if a saved state has another number of parameters or groups */
function checkCount(what: string, saved: number, expected: number): void {
  if (saved === expected) return;
  throw new FormatError(`optimizer state: has ${saved} ${what}, expected ${expected}`);
}
