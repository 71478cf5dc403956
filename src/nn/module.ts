// Module: base class of layers and networks, which own parameters, buffers and other modules.
// A module finds them among its own properties. The name of a property is its key in the state
// dict, as in PyTorch.

import { ArgumentError } from '../engine/errors.js';
import { inspectSymbol } from '../engine/inspect.js';
import type { Tensor } from '../engine/tensor.js';
import { ModuleBuffer, Parameter } from './parameter.js';
import {
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
 * A subclass assigns parameters, buffers and modules to properties and implements `forward`. Store
 * a module or tensor that must not be part of the state (a teacher network, a cache) in a
 * `#private` field.
 *
 * @example
 * class Residual extends Module {
 *   readonly inner: Module;
 *
 *   constructor(inner: Module) {
 *     super();
 *     this.inner = inner;
 *   }
 *
 *   override forward(x: Tensor): Tensor {
 *     return add(x, this.inner.forward(x));
 *   }
 * }
 * const model = new Residual(new Linear({ inFeatures: 4, outFeatures: 4, rng: new Rng(1) }));
 * print(Object.keys(model.stateDict())); // [inner.weight, inner.bias]
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

  /** Computes the output of the module. */
  abstract forward(x: Tensor): Tensor;

  /**
   * Names and values that are searched for parameters, buffers and modules: the own properties.
   *
   * @throws ArgumentError if a property is a list of modules, whose parameters would not be registered
   */
  protected members(): [string, unknown][] {
    const members = Object.entries(this) as [string, unknown][];
    for (const [name, value] of members) {
      if (Array.isArray(value) && value.some((item) => item instanceof Module)) {
        throw new ArgumentError(
          `${this.constructor.name}: property ${name} is a list of modules, whose parameters would not be registered; ` +
            'use a Sequential',
        );
      }
    }
    return members;
  }

  /** Direct submodules with their property names. */
  namedChildren(): [string, Module][] {
    return this.members().filter(
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
    return [
      [prefix, this],
      ...this.namedChildren().flatMap(([name, child]) => child.namedModules(join(prefix, name))),
    ];
  }

  /**
   * All tensors of one kind in this module and its submodules. A tensor used twice is listed under
   * both names.
   */
  #named<T>(kind: (value: unknown) => value is T): [string, T][] {
    return this.namedModules().flatMap(([path, module]) =>
      module
        .members()
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

  /** Number of trainable values: the sum of the parameter sizes. */
  get parameterCount(): number {
    return this.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  }

  #state(): [string, Parameter | ModuleBuffer][] {
    return this.#named((value) => isParameter(value) || isBuffer(value));
  }

  /**
   * Parameters and buffers under PyTorch's names (`conv.weight`, `norm.running_mean`). The tensors
   * belong to the module, they are not copies: access their values with `data()` and do not dispose
   * of them.
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
   * @throws ArgumentError listing every difference; nothing is changed in that case
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
    const report = compareState(`${this.constructor.name}.loadStateDict`, expected, state, options);
    const present = [...tensors].filter(([name]) => Object.hasOwn(state, name));
    const commit = (): void => {
      for (const [name, tensor] of present) tensor.assign(rowMajor(state[name]));
    };
    return { ...report, commit };
  }

  /** Sets training mode (or, with false, evaluation mode) on this module and all its submodules. */
  train(training = true): this {
    this.training = training;
    for (const child of this.children) child.train(training);
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

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

function isParameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}

function isBuffer(value: unknown): value is ModuleBuffer {
  return value instanceof ModuleBuffer;
}
