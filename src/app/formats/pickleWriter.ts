// Pickle writer for strings, numbers, tuples, lists, dicts, and calls of named functions: the
// subset that torch.load needs. The counterpart of pickle.ts. Source:
// https://docs.python.org/3/library/pickletools.html

import { ArgumentError } from '../../engine/errors.js';

/** A value as the bytes of the instructions that build it. */
export type Pickled = readonly number[];

const utf8 = new TextEncoder();

function uint32(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
}

export function text(value: string): Pickled {
  const bytes = utf8.encode(value);
  return [0x58, ...uint32(bytes.length), ...bytes]; // BINUNICODE
}

/** An integer from 0 to 2^31 - 1. */
export function integer(value: number): Pickled {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 31) {
    throw new ArgumentError(`pickle: ${value} is not an integer from 0 to 2^31 - 1`);
  }
  return value < 256 ? [0x4b, value] : [0x4a, ...uint32(value)]; // BININT1, BININT
}

export const FALSE: Pickled = [0x89];

export function tuple(...items: readonly Pickled[]): Pickled {
  return [0x28, ...items.flat(), 0x74]; // MARK, TUPLE
}

export function list(items: readonly Pickled[]): Pickled {
  return [0x5d, 0x28, ...items.flat(), 0x65]; // EMPTY_LIST, MARK, APPENDS
}

export function dict(
  entries: readonly (readonly [key: Pickled, value: Pickled])[],
  empty: Pickled = [0x7d],
): Pickled {
  return [...empty, 0x28, ...entries.flat(2), 0x75]; // EMPTY_DICT, MARK, SETITEMS
}

/** A name such as `collections` `OrderedDict`. */
export function name(module: string, member: string): Pickled {
  return [0x63, ...utf8.encode(`${module}\n${member}\n`)]; // GLOBAL
}

/** A call of a named function. */
export function call(callee: Pickled, ...parameters: readonly Pickled[]): Pickled {
  return [...callee, ...tuple(...parameters), 0x52]; // REDUCE
}

/** A reference to data outside the pickle. */
export function persistent(id: Pickled): Pickled {
  return [...id, 0x51]; // BINPERSID
}

/** The whole program, in protocol 2. */
export function program(value: Pickled): Uint8Array {
  return Uint8Array.from([0x80, 2, ...value, 0x2e]); // PROTO, STOP
}
