// Command-line options of the bench programs: numbers, lists and switches, checked. Imports node:util.

import { parseArgs } from 'node:util';

/** What a bench program may be told: the default of each option tells its kind. */
export type Defaults = Readonly<Record<string, number | boolean | readonly string[] | readonly number[]>>;

type Parsed<D extends Defaults> = { readonly [K in keyof D]: Widened<D[K]> };
type Widened<V> = V extends number
  ? number
  : V extends boolean
    ? boolean
    : V extends readonly number[]
      ? readonly number[]
      : readonly string[];

/** Ends the program over something wrong on its command line. */
export function usageError(message: string): never {
  console.error(message);
  process.exit(2);
}

function toNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < Infinity)) {
    usageError(`--${name} must be a number above 0, got '${text}'`);
  }
  return value;
}

function convert(name: string, text: string, fallback: Defaults[string]): unknown {
  if (typeof fallback === 'number') return toNumber(name, text);
  const parts = text.split(',').map((part) => part.trim());
  const numbers = Array.isArray(fallback) && typeof fallback[0] === 'number';
  return numbers ? parts.map((part) => toNumber(name, part)) : parts;
}

function parse(
  options: Readonly<Record<string, { readonly type: 'boolean' | 'string' }>>,
): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return usageError((error as Error).message);
  }
}

/**
 * Reads `--name value`, `--name=value` and `--switch` (kebab case); lists are separated by commas.
 * Ends the program on an unknown option or a value of the wrong kind.
 */
export function readOptions<const D extends Defaults>(defaults: D): Parsed<D> {
  const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const names = Object.keys(defaults);
  const type = (name: string): 'boolean' | 'string' =>
    typeof defaults[name] === 'boolean' ? 'boolean' : 'string';
  const values = parse(Object.fromEntries(names.map((name) => [kebab(name), { type: type(name) }])));
  const read = names.map((name) => {
    const value = values[kebab(name)];
    return [
      name,
      typeof value === 'string' ? convert(kebab(name), value, defaults[name]) : (value ?? defaults[name]),
    ];
  });
  return Object.fromEntries(read) as Parsed<D>;
}
