// What the instructions of a pickle work on: a stack, the places marked on it, and a memo of values to use again.
// Every access is checked. Imports errors, byteReader, pickleValues.

import { FormatError } from '../../engine/errors.js';
import type { ByteReader } from './byteReader.js';
import {
  kindOf,
  PickleDict,
  PickleGlobal,
  PickleList,
  PickleTuple,
  type PickleValue,
} from './pickleValues.js';

/** Longest integer, in bytes. */
const MAX_INTEGER_BYTES = 8;

export interface PickleOptions {
  /** All that the pickle may name, as `module.name`. */
  readonly globals: readonly PickleGlobal[];
  /** What stands for a persistent id: data that is kept outside the pickle. */
  readonly persistent: (id: PickleValue) => PickleValue;
}

export { fail as pickleFailure };

function fail(reason: string): never {
  throw new FormatError(`pickle: ${reason}`);
}

export class PickleMachine {
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #globals: ReadonlyMap<string, PickleGlobal>;

  constructor(
    readonly input: ByteReader,
    readonly options: PickleOptions,
  ) {
    this.#globals = new Map(options.globals.map((one) => [one.name, one]));
  }

  // ---- the stack -------------------------------------------------------------------------------------------

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  /** Values below the last mark cannot be reached. */
  top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) fail('takes a value from an empty stack');
    return this.#stack.at(-1)!;
  }

  pop(): PickleValue {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** All values above the last mark, in order. */
  popToMark(): PickleValue[] {
    const start = this.#marks.pop() ?? fail('takes values down to a mark, but there is none');
    return this.#stack.splice(start);
  }

  /** The last `count` values, in order. */
  popSeveral(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  // ---- the memo --------------------------------------------------------------------------------------------

  /** Keeps the top of the stack under a number; by default the next one. */
  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    this.push(value === undefined ? fail(`recalls value ${index}, which was never stored`) : value);
  }

  // ---- building --------------------------------------------------------------------------------------------

  pushInteger(bytes: number): void {
    if (bytes > MAX_INTEGER_BYTES) fail(`an integer of ${bytes} bytes is longer than ${MAX_INTEGER_BYTES}`);
    const value = Number(this.input.integer(bytes));
    this.push(Number.isSafeInteger(value) ? value : fail('an integer is too large to be held exactly'));
  }

  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!(list instanceof PickleList)) fail(`appends to ${kindOf(list)}`);
    for (const item of items) list.items.push(item);
  }

  /** Sets keys of the dict on top of the stack from `key, value, key, value, ...`. */
  setItems(pairs: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict)) fail(`sets a key of ${kindOf(dict)}`);
    if (pairs.length % 2 !== 0) fail('sets a key without a value');
    for (let at = 0; at < pairs.length; at += 2) {
      const key = pairs[at];
      if (typeof key !== 'string' && typeof key !== 'number') fail(`${kindOf(key)} as key of a dict`);
      dict.entries.set(key, pairs[at + 1]);
    }
  }

  /** Attributes of an object. A state dict has some about its version, which say nothing about its arrays. */
  build(): void {
    this.pop();
    const target = this.top();
    if (!(target instanceof PickleDict)) fail(`sets attributes of ${kindOf(target)}`);
  }

  // ---- names and calls -------------------------------------------------------------------------------------

  pushGlobal(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      fail('a name is made of something else than text');
    const full = `${module}.${name}`;
    const global = this.#globals.get(full);
    if (global === undefined) {
      fail(
        `asks Python for ${JSON.stringify(full.slice(0, 80))}, which is not among the names that weights need; it was ` +
          'not run. If you trust the file, save its weights alone: torch.save(model.state_dict(), FILE)',
      );
    }
    this.push(global);
  }

  /** Calls a listed function: the only way in which a pickle makes anything. */
  reduce(): void {
    const parameters = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal) || callee.call === null) fail(`calls ${kindOf(callee)}`);
    if (!(parameters instanceof PickleTuple)) fail(`calls ${callee.name} with ${kindOf(parameters)}`);
    this.push(callee.call(parameters.items));
  }
}
