// Command-line options of the benchmarks: validated numbers, lists and switches.

import { parseArgs } from 'node:util';

/** Default values of the options; the type of a default determines the type of its option. */
export type Defaults = Readonly<
  Record<string, number | boolean | readonly string[] | readonly number[]>
>;

type Parsed<D extends Defaults> = { readonly [K in keyof D]: Widened<D[K]> };
type Widened<V> = V extends number
  ? number
  : V extends boolean
    ? boolean
    : V extends readonly number[]
      ? readonly number[]
      : readonly string[];

/** Prints an error about the command line and ends the process with exit code 2. */
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

function convert(
  name: string,
  value: string | readonly string[],
  fallback: Defaults[string],
): unknown {
  if (typeof value === 'string') return toNumber(name, value);
  const parts = value.flatMap((text) => text.split(',')).map((part) => part.trim());
  const numbers = Array.isArray(fallback) && typeof fallback[0] === 'number';
  return numbers ? parts.map((part) => toNumber(name, part)) : parts;
}

function parse(
  options: Readonly<
    Record<string, { readonly type: 'boolean' | 'string'; readonly multiple: boolean }>
  >,
): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return usageError((error as Error).message);
  }
}

/**
 * Parses `--name value`, `--name=value` and `--switch` (kebab case). Lists are comma-separated, and
 * their options may be repeated. An unknown option or a value of the wrong type ends the process.
 */
export function readOptions<const D extends Defaults>(defaults: D): Parsed<D> {
  const kebab = (name: string): string =>
    name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const names = Object.keys(defaults);
  const type = (name: string): 'boolean' | 'string' =>
    typeof defaults[name] === 'boolean' ? 'boolean' : 'string';
  const values = parse(
    Object.fromEntries(
      names.map((name) => [
        kebab(name),
        { type: type(name), multiple: typeof defaults[name] === 'object' },
      ]),
    ),
  );
  const entries = names.map((name) => {
    const value = values[kebab(name)];
    if (value === undefined) return [name, defaults[name]];
    const isText = typeof value === 'string' || Array.isArray(value);
    return [name, isText ? convert(kebab(name), value, defaults[name]) : value];
  });
  return Object.fromEntries(entries) as Parsed<D>;
}
