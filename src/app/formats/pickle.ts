// Restricted reader for Python's pickle format. A pickle is a program; Python runs any function
// that it names, including `os.system`. This reader accepts only the instructions that build lists,
// dicts and numbers, and calls only the functions that its caller lists. Any other name is an
// error. Source: https://docs.python.org/3/library/pickletools.html

import { FormatError } from '../../engine/errors.js';
import { ByteReader } from './byteReader.js';

// ---- values -------------------------------------------------------------------------------------

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

export class PickleList {
  readonly items: PickleValue[] = [];
}

/**
 * A dict with string and number keys. The map is allocated on first use: a hostile file may create
 * 500,000 empty dicts.
 */
export class PickleDict {
  #entries: Map<string | number, PickleValue> | null = null;

  get entries(): Map<string | number, PickleValue> {
    return (this.#entries ??= new Map());
  }
}

/** The result of a listed function: a tensor, a storage. */
export abstract class PickleObject {
  /** The kind of object, for error messages: `a tensor`. */
  abstract readonly kind: string;
}

/**
 * A listed name, `torch.FloatStorage`, and the function that a call of it runs; null if it may only
 * be passed as an argument.
 */
export class PickleGlobal {
  constructor(
    readonly name: string,
    readonly call: ((parameters: readonly PickleValue[]) => PickleValue) | null,
  ) {}
}

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleObject
  | PickleGlobal;

/** Describes a value in error messages: `a list`, `the string "..."`. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === null || value === undefined) return 'None';
  if (value instanceof PickleObject) return value.kind;
  if (value instanceof PickleGlobal) return `the global ${value.name}`;
  if (value instanceof PickleTuple) return 'a tuple';
  if (value instanceof PickleList) return 'a list';
  if (value instanceof PickleDict) return 'a dict';
  return typeof value === 'string'
    ? `the string ${JSON.stringify(value.slice(0, 40))}`
    : `${value}`;
}

// ---- the machine: stack, marks and memo ---------------------------------------------------------

/** Maximum length of an integer in bytes. */
const MAX_INTEGER_BYTES = 8;

export interface PickleOptions {
  /** Every name that the pickle may use, as `module.name`. */
  readonly globals: readonly PickleGlobal[];
  /** Resolves a persistent id: a reference to data outside the pickle. */
  readonly persistent: (id: PickleValue) => PickleValue;
}

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
    this.#globals = new Map(options.globals.map((global) => [global.name, global]));
  }

  // ---- the stack --------------------------------------------------------------------------------

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  /** The top of the stack. Values below the last mark are not accessible. */
  top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) fail('pops a value from an empty stack');
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

  /** Pops all values above the last mark, in order. */
  popToMark(): PickleValue[] {
    const start = this.#marks.pop() ?? fail('pops values down to a mark, but there is none');
    return this.#stack.splice(start);
  }

  /** Pops the last `count` values, in order. */
  popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  // ---- the memo ---------------------------------------------------------------------------------

  /** Stores the top of the stack in the memo; by default at the next index. */
  memoize(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  pushMemo(index: number): void {
    const value = this.#memo.get(index);
    this.push(
      value === undefined ? fail(`reads memo entry ${index}, which was never stored`) : value,
    );
  }

  // ---- building ---------------------------------------------------------------------------------

  pushInteger(bytes: number): void {
    if (bytes > MAX_INTEGER_BYTES)
      fail(`an integer has ${bytes} bytes, more than the maximum of ${MAX_INTEGER_BYTES}`);
    const value = Number(this.input.integer(bytes));
    this.push(
      Number.isSafeInteger(value)
        ? value
        : fail('an integer is beyond 2^53 and has no exact representation'),
    );
  }

  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!(list instanceof PickleList)) fail(`appends to ${describeValue(list)}`);
    for (const item of items) list.items.push(item);
  }

  /** Sets keys of the dict on top of the stack from `key, value, key, value, ...`. */
  setItems(pairs: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict)) fail(`sets a key of ${describeValue(dict)}`);
    if (pairs.length % 2 !== 0) fail('sets a key without a value');
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i];
      if (typeof key !== 'string' && typeof key !== 'number')
        fail(`uses ${describeValue(key)} as a dict key`);
      dict.entries.set(key, pairs[i + 1]);
    }
  }

  /**
   * Attributes of an object. A state dict has version attributes, which do not affect its arrays,
   * so they are ignored.
   */
  build(): void {
    this.pop();
    const target = this.top();
    if (!(target instanceof PickleDict)) fail(`sets attributes of ${describeValue(target)}`);
  }

  // ---- names and calls --------------------------------------------------------------------------

  pushGlobal(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      fail('a global name is not a string');
    const qualifiedName = `${module}.${name}`;
    const global = this.#globals.get(qualifiedName);
    if (global === undefined) {
      fail(
        `requests the global ${JSON.stringify(qualifiedName.slice(0, 80))}, which weights do not ` +
          'need; it was not executed. If you trust the file, save only its weights: ' +
          'torch.save(model.state_dict(), FILE)',
      );
    }
    this.push(global);
  }

  /** Calls a listed function; no other instruction of a pickle creates objects. */
  reduce(): void {
    const parameters = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal) || callee.call === null)
      fail(`calls ${describeValue(callee)}`);
    if (!(parameters instanceof PickleTuple))
      fail(`calls ${callee.name} with ${describeValue(parameters)}`);
    this.push(callee.call(parameters.items));
  }
}

// ---- the instructions ---------------------------------------------------------------------------

/**
 * Maximum number of instructions; a state dict takes about 60 per tensor. Bounds time and memory.
 */
const MAX_INSTRUCTIONS = 500_000;
const MAX_PROTOCOL = 5;

const STOP = 0x2e;

/**
 * Handler of each opcode. Opcodes that are missing (INST, OBJ, NEWOBJ, EXT1, ...) create objects
 * and are rejected.
 */
const INSTRUCTIONS: ReadonlyMap<number, (m: PickleMachine) => void> = new Map<
  number,
  (m: PickleMachine) => void
>([
  // numbers, strings, booleans
  [0x47, (m) => m.push(m.input.float64BigEndian())], // BINFLOAT
  [0x4a, (m) => m.push(m.input.int32())], // BININT
  [0x4b, (m) => m.push(m.input.uint8())], // BININT1
  [0x4d, (m) => m.push(m.input.uint16())], // BININT2
  [0x8a, (m) => m.pushInteger(m.input.uint8())], // LONG1
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x58, (m) => m.push(m.input.text(m.input.uint32()))], // BINUNICODE
  [0x8c, (m) => m.push(m.input.text(m.input.uint8()))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.input.text(m.input.uint64()))], // BINUNICODE8
  // tuples, lists, dicts
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => void m.pop()], // POP
  [0x31, (m) => void m.popToMark()], // POP_MARK
  [0x29, (m) => m.push(new PickleTuple([]))], // EMPTY_TUPLE
  [0x85, (m) => m.push(new PickleTuple(m.popMany(1)))], // TUPLE1
  [0x86, (m) => m.push(new PickleTuple(m.popMany(2)))], // TUPLE2
  [0x87, (m) => m.push(new PickleTuple(m.popMany(3)))], // TUPLE3
  [0x74, (m) => m.push(new PickleTuple(m.popToMark()))], // TUPLE
  [0x5d, (m) => m.push(new PickleList())], // EMPTY_LIST
  [0x61, (m) => m.append([m.pop()])], // APPEND
  [0x65, (m) => m.append(m.popToMark())], // APPENDS
  [0x7d, (m) => m.push(new PickleDict())], // EMPTY_DICT
  [0x73, (m) => m.setItems(m.popMany(2))], // SETITEM
  [0x75, (m) => m.setItems(m.popToMark())], // SETITEMS
  // memoized values
  [0x71, (m) => m.memoize(m.input.uint8())], // BINPUT
  [0x72, (m) => m.memoize(m.input.uint32())], // LONG_BINPUT
  [0x94, (m) => m.memoize()], // MEMOIZE
  [0x68, (m) => m.pushMemo(m.input.uint8())], // BINGET
  [0x6a, (m) => m.pushMemo(m.input.uint32())], // LONG_BINGET
  // names and calls
  [0x63, (m) => m.pushGlobal(m.input.line(), m.input.line())], // GLOBAL
  [0x93, (m) => m.pushGlobal(...(m.popMany(2) as [PickleValue, PickleValue]))], // STACK_GLOBAL
  [0x51, (m) => m.push(m.options.persistent(m.pop()))], // BINPERSID
  [0x52, (m) => m.reduce()], // REDUCE
  [0x62, (m) => m.build()], // BUILD
  // the program itself
  [0x80, (m) => checkProtocol(m.input.uint8())], // PROTO
  [0x95, (m) => void m.input.uint64()], // FRAME, a hint for buffering
]);

function checkProtocol(version: number): void {
  if (version > MAX_PROTOCOL) fail(`protocol ${version} is newer than ${MAX_PROTOCOL}`);
}

/**
 * Runs a pickle and returns its result. Values may contain reference cycles and be shared many
 * times: traverse them to a fixed depth only.
 *
 * @throws FormatError for an instruction or a name that is not allowed, a damaged program, or one
 * that is too long
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): PickleValue {
  const input = new ByteReader(bytes, 'pickle');
  const machine = new PickleMachine(input, options);
  for (let count = 0; count < MAX_INSTRUCTIONS; count++) {
    const code = input.uint8();
    if (code === STOP) return machine.pop();
    const instruction = INSTRUCTIONS.get(code);
    if (instruction === undefined) {
      fail(
        `instruction 0x${code.toString(16)} at byte ${input.position - 1} is not allowed: ` +
          'weights do not need it',
      );
    }
    instruction(machine);
  }
  return fail(`more than ${MAX_INSTRUCTIONS} instructions`);
}
