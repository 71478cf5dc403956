// Module: base class of layers and networks, which own parameters, buffers and other modules.
// A module finds them among its own properties (members.ts). The name of a property is its key in
// the state dict, as in PyTorch.

import { ArgumentError } from '../engine/errors.js';
import { inspectSymbol } from '../engine/inspect.js';
import type { Tensor } from '../engine/tensor.js';
import { namedMembers } from './members.js';
import { ModuleBuffer, Parameter } from './parameter.js';
import {
  checkTied,
  compareState,
  rowMajor,
  type HostState,
  type LoadOptions,
  type LoadReport,
  type PreparedLoad,
} from './saving/stateDict.js';

/**
 * Base class of every layer and every network.
 *
 * A subclass assigns parameters, buffers and modules to properties and implements `forward` with
 * any inputs and any output. Lists, plain objects and maps of them are searched too: the first
 * module of the list `blocks` is named `blocks.0`. Store a module or tensor that must not be part
 * of the state (a teacher network, a parent, a cache) in a `#private` field.
 *
 * Methods that list modules or tensors throw ArgumentError if a module contains itself, if a name
 * contains a dot or appears twice, or if a Set contains modules or parameters.
 *
 * @example
 * class Attend extends Module {
 *   readonly projections = ['q', 'k'].map(
 *     () => new Linear({ inFeatures: 4, outFeatures: 4, rng: new Rng(1) }),
 *   );
 *
 *   override forward(query: Tensor, key: Tensor): { scores: Tensor } {
 *     const [q, k] = this.projections;
 *     return { scores: matmul(q.forward(query), transpose(k.forward(key))) };
 *   }
 * }
 * const model = new Attend();
 * print(Object.keys(model.stateDict()).slice(0, 2)); // [projections.0.weight, projections.0.bias]
 * scope(() => print(model.forward(ones([2, 4]), ones([3, 4])).scores.shape)); // [2, 3]
 * model.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html
 */
export abstract class Module {
  /**
   * Whether the module is in training mode, which affects dropout and batch norm. Set by `train`
   * and `eval`.
   */
  training = true;

  /** Whether `train` is running; a second call then comes from a module inside this one. */
  #isSwitching = false;

  /**
   * Computes the output of the module. A subclass declares the inputs and the output; give optional
   * inputs a default value (`mask: Tensor | null = null`).
   */
  abstract forward(...inputs: never[]): unknown;

  /**
   * Names and values that are searched for parameters, buffers and modules: the own properties.
   */
  protected members(): [string, unknown][] {
    return Object.entries(this) as [string, unknown][];
  }

  #members(): [string, Member][] {
    return namedMembers(this.constructor.name, this.members(), isMember);
  }

  /** Direct submodules with their property names. */
  namedChildren(): [string, Module][] {
    return this.#members().filter(
      (member): member is [string, Module] => member[1] instanceof Module,
    );
  }

  /** Direct submodules. */
  get children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /**
   * This module (with the name '') and all modules inside it, with dotted names, outermost first.
   */
  namedModules(prefix = ''): [string, Module][] {
    return this.#walk(prefix, []);
  }

  #walk(path: string, ancestors: readonly Module[]): [string, Module][] {
    if (ancestors.includes(this)) {
      throw new ArgumentError(
        `${this.constructor.name}: the module contains itself, as ${path}; ` +
          'store a reference to a parent in a #private field',
      );
    }
    const inner = this.namedChildren().flatMap(([name, child]) =>
      child.#walk(join(path, name), [...ancestors, this]),
    );
    return [[path, this], ...inner];
  }

  /**
   * All tensors of one kind in this module and its submodules. A tensor used twice is listed under
   * both names.
   */
  #named<T extends Member>(kind: (value: Member) => value is T): [string, T][] {
    return this.namedModules().flatMap(([path, module]) =>
      module
        .#members()
        .filter((member): member is [string, T] => kind(member[1]))
        .map(([name, value]): [string, T] => [join(path, name), value]),
    );
  }

  /** Parameters with their dotted names; a parameter used in several places is listed once. */
  namedParameters(): [string, Parameter][] {
    const seen = new Set<Parameter>();
    return this.#named(isParameter).filter(([, parameter]) => {
      const first = !seen.has(parameter);
      seen.add(parameter);
      return first;
    });
  }

  /** All parameters, for an optimizer. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** Buffers with their dotted names. */
  namedBuffers(): [string, ModuleBuffer][] {
    return this.#named(isBuffer);
  }

  /** Number of values of all parameters, including frozen ones. */
  get parameterCount(): number {
    return this.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  }

  #state(): [string, Parameter | ModuleBuffer][] {
    return this.#named((value) => isParameter(value) || isBuffer(value));
  }

  /**
   * Freezes all parameters (false) or makes them trainable again (true). A frozen parameter gets no
   * gradient, and an optimizer does not change it. Batch norm's running statistics are buffers: use
   * `eval` to stop their updates.
   *
   * @example
   * const rng = new Rng(1);
   * const backbone = new Linear({ inFeatures: 4, outFeatures: 3, rng });
   * const head = new Linear({ inFeatures: 3, outFeatures: 2, rng });
   * backbone.setRequiresGrad(false);
   * scope(() => sum(head.forward(backbone.forward(ones([1, 4])))).backward());
   * print(backbone.weight.grad, head.weight.grad!.shape); // null [2, 3]
   * backbone.dispose();
   * head.dispose();
   *
   * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.requires_grad_
   */
  setRequiresGrad(requiresGrad: boolean): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /**
   * Parameters and buffers under PyTorch's names (`conv.weight`, `norm.running_mean`). The tensors
   * belong to the module, they are not copies: access their values with `data()` and do not dispose
   * of them. A tensor that is used twice (tied weights) appears under both names.
   */
  stateDict(): Record<string, Tensor> {
    const state = this.#state();
    for (const [, tensor] of state) if (tensor instanceof ModuleBuffer) tensor.flush();
    return Object.fromEntries(state);
  }

  /**
   * Overwrites parameters and buffers in place. The tensor objects stay the same, so an existing
   * optimizer remains valid.
   *
   * @param state host arrays by name, such as `decodeSafetensors(bytes).tensors`
   * @returns with `strict: false`, the names that were skipped
   * @throws ArgumentError listing every difference, or if the arrays of one tensor with two names
   *   (tied weights) differ; nothing is changed in that case
   */
  loadStateDict(state: HostState, options: LoadOptions = {}): LoadReport {
    const { missing, unexpected, commit } = this.prepareLoad(state, options);
    commit();
    return { missing, unexpected };
  }

  /** Validates a call of `loadStateDict`; `commit` of the result executes it. */
  prepareLoad(state: HostState, options: LoadOptions = {}): PreparedLoad {
    const tensors = new Map(this.#state());
    const expected = new Map([...tensors].map(([name, tensor]) => [name, tensor.shape]));
    const label = `${this.constructor.name}.loadStateDict`;
    const report = compareState(label, expected, state, options);
    const present = [...tensors].filter(([name]) => Object.hasOwn(state, name));
    checkTied(label, present, state);
    const commit = (): void => {
      for (const [name, tensor] of present) tensor.assign(rowMajor(state[name]));
    };
    return { ...report, commit };
  }

  /** Sets training mode (or, with false, evaluation mode) on this module and all its submodules. */
  train(training = true): this {
    if (this.#isSwitching) this.namedModules(); // throws, because the module contains itself
    this.#isSwitching = true;
    try {
      for (const child of this.children) child.train(training);
    } finally {
      this.#isSwitching = false;
    }
    this.training = training;
    return this;
  }

  /** Sets evaluation mode on this module and all its submodules. */
  eval(): this {
    return this.train(false);
  }

  /** Frees the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }

  /** Frees parameters, their gradients, and buffers. */
  dispose(): void {
    for (const [, tensor] of this.#state()) tensor.dispose();
  }

  /**
   * The text that `toString` prints between the parentheses of a layer, e.g. `1, 32, kernelSize=3`.
   */
  protected describe(): string {
    return '';
  }

  /** The tree of modules, in PyTorch's format. */
  toString(): string {
    const lines = this.namedChildren().map(
      ([name, child]) => `\n  (${name}): ${child.toString().replaceAll('\n', '\n  ')}`,
    );
    return `${this.constructor.name}(${this.describe()}${lines.join('')}${lines.length > 0 ? '\n' : ''})`;
  }

  /** What `console.log` shows in Node, Deno and Bun: `toString`. */
  [inspectSymbol](): string {
    return this.toString();
  }
}

/**
 * A module that maps one tensor to one tensor, as `Sequential` requires of its layers.
 */
export interface Layer extends Module {
  forward(x: Tensor): Tensor;
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

type Member = Module | Parameter | ModuleBuffer;

function isMember(value: unknown): value is Member {
  return value instanceof Module || value instanceof Parameter || value instanceof ModuleBuffer;
}

function isParameter(value: Member): value is Parameter {
  return value instanceof Parameter;
}

function isBuffer(value: Member): value is ModuleBuffer {
  return value instanceof ModuleBuffer;
}
