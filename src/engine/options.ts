// Validation of arguments that TypeScript checks and JavaScript does not: names of options, and
// values of the wrong type. Without it a misspelled option would be ignored.

import { ArgumentError } from './errors.js';
import { Rng } from './rng.js';

/** The names of all options of an interface; the compiler rejects a missing or an extra one. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** Formats a value for an error message: `undefined`, `"same"`, `[1,2]`, `[object Map]`. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.join(',')}]`;
  if (typeof value === 'function') return 'a function';
  return String(value);
}

/** Whether a value is a list of integers. */
export function isIntegerList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isInteger);
}

/**
 * Validates that `options` is an object without unknown names.
 *
 * @throws ArgumentError such as `conv2d: unknown option pading; the options are stride, padding, ...`
 * @example
 * checkOptions('conv2d', { padding: 1 }, { stride: true, padding: true });
 */
export function checkOptions<T extends object>(
  caller: string,
  options: T,
  names: OptionNames<T>,
): void {
  const accepted = Object.keys(names);
  if (typeof options !== 'object' || (options as object | null) === null) {
    throw new ArgumentError(
      `${caller}: options must be an object { ${accepted.join(', ')} }, got ${describeValue(options)}`,
    );
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(names, name)) {
      throw new ArgumentError(
        `${caller}: unknown option ${name}; the options are ${accepted.join(', ')}`,
      );
    }
  }
}

/**
 * Validates an argument that must be a random number generator.
 *
 * @throws ArgumentError otherwise
 */
export function checkRng(caller: string, rng: unknown): asserts rng is Rng {
  if (rng instanceof Rng) return;
  throw new ArgumentError(
    `${caller}: rng must be a random number generator (rng: new Rng(seed)), got ${describeValue(rng)}`,
  );
}
