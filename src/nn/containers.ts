// ModuleList and ModuleDict: modules by index and by name, for a network that calls them itself.

import { ArgumentError } from '../engine/errors.js';
import { describeValue } from '../engine/options.js';
import { Module } from './module.js';

/** @throws ArgumentError if a value is not a module */
function checkModule(container: string, key: string | number, value: unknown): void {
  if (value instanceof Module) return;
  throw new ArgumentError(`${container}: ${key} must be a Module, got ${describeValue(value)}`);
}

/**
 * A list of modules. In the state dict they are named 0, 1, 2, ... It has no computation of its
 * own: the network that contains it calls the modules.
 *
 * A property that is a plain array of modules has the same names in the state dict.
 *
 * @example
 * const rng = new Rng(1);
 * const blocks = new ModuleList([new Linear({ inFeatures: 4, outFeatures: 3, rng })]);
 * blocks.append(new Linear({ inFeatures: 3, outFeatures: 2, rng }));
 * print(blocks.length, Object.keys(blocks.stateDict())); // 2 [0.weight, 0.bias, 1.weight, 1.bias]
 * scope(() => {
 *   let x = ones([1, 4]);
 *   for (const block of blocks) x = relu(block.forward(x));
 *   print(x.shape); // [1, 2]
 * });
 * blocks.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 */
export class ModuleList<M extends Module = Module> extends Module implements Iterable<M> {
  readonly #modules: M[] = [];

  /** @throws ArgumentError if an element is not a module */
  constructor(modules: Iterable<M> = []) {
    super();
    for (const module of modules) this.append(module);
  }

  /** Number of modules. */
  get length(): number {
    return this.#modules.length;
  }

  /**
   * The module at an index; a negative index counts from the end.
   *
   * @throws ArgumentError if there is no module at the index
   */
  at(index: number): M {
    const module = this.#modules.at(index);
    if (module === undefined || !Number.isInteger(index) || index < -this.length) {
      throw new ArgumentError(
        `ModuleList: there is no module at index ${index}, the length is ${this.length}`,
      );
    }
    return module;
  }

  /**
   * Adds a module at the end.
   *
   * @throws ArgumentError if it is not a module
   */
  append(module: M): this {
    checkModule('ModuleList', this.length, module);
    this.#modules.push(module);
    return this;
  }

  /** Iterates over the modules in order. */
  [Symbol.iterator](): IterableIterator<M> {
    return this.#modules[Symbol.iterator]();
  }

  /** @throws ArgumentError always: the network that contains the list calls its modules */
  override forward(): unknown {
    throw new ArgumentError('ModuleList: has no forward; call its modules, or use a Sequential');
  }

  protected override members(): [string, unknown][] {
    return this.#modules.map((module, index) => [`${index}`, module]);
  }
}

/**
 * Modules by name, in the order of insertion. In the state dict the module `left` has the prefix
 * `left.`. It has no computation of its own: the network that contains it calls the modules.
 *
 * A property that is a plain object or a Map of modules has the same names in the state dict.
 *
 * @example
 * const heads = new ModuleDict({
 *   digit: new Linear({ inFeatures: 4, outFeatures: 10, rng: new Rng(1) }),
 *   letter: new Linear({ inFeatures: 4, outFeatures: 26, rng: new Rng(2) }),
 * });
 * scope(() => print(heads.get('letter').forward(ones([1, 4])).shape)); // [1, 26]
 * print(heads.size, [...heads.keys()]); // 2 [digit, letter]
 * heads.dispose();
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 */
export class ModuleDict<M extends Module = Module> extends Module implements Iterable<[string, M]> {
  readonly #modules = new Map<string, M>();

  /**
   * @param modules an object, a Map, or a list of pairs
   * @throws ArgumentError as `add`
   */
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super();
    const entries = Symbol.iterator in modules ? modules : Object.entries(modules);
    for (const [key, module] of entries) this.add(key, module);
  }

  /** Number of modules. */
  get size(): number {
    return this.#modules.size;
  }

  /** Whether there is a module of that name. */
  has(key: string): boolean {
    return this.#modules.has(key);
  }

  /**
   * The module of that name.
   *
   * @throws ArgumentError if there is none
   */
  get(key: string): M {
    const module = this.#modules.get(key);
    if (module === undefined) {
      throw new ArgumentError(
        `ModuleDict: there is no module ${describeValue(key)}, the keys are ${[...this.keys()].join(', ')}`,
      );
    }
    return module;
  }

  /**
   * Adds a module.
   *
   * @throws ArgumentError if it is not a module, or the key is empty, contains a dot or exists
   */
  add(key: string, module: M): this {
    if (typeof key !== 'string' || key === '' || key.includes('.')) {
      throw new ArgumentError(
        `ModuleDict: a key must be text without dots, got ${describeValue(key)}`,
      );
    }
    if (this.has(key)) throw new ArgumentError(`ModuleDict: the key ${key} exists already`);
    checkModule('ModuleDict', key, module);
    this.#modules.set(key, module);
    return this;
  }

  /** The keys in the order of insertion. */
  keys(): IterableIterator<string> {
    return this.#modules.keys();
  }

  /** The modules in the order of insertion. */
  values(): IterableIterator<M> {
    return this.#modules.values();
  }

  /** Iterates over pairs of key and module, in the order of insertion. */
  [Symbol.iterator](): IterableIterator<[string, M]> {
    return this.#modules[Symbol.iterator]();
  }

  /** @throws ArgumentError always: the network that contains the modules calls them */
  override forward(): unknown {
    throw new ArgumentError('ModuleDict: has no forward; call its modules');
  }

  protected override members(): [string, unknown][] {
    return [...this.#modules];
  }
}
