// Rules of an optimizer's options, one per option: default, validation, and form in a saved state.

import { checkOptions, type OptionNames } from '../../engine/options.js';
import type { JsonObject, JsonReader } from '../saving/json.js';
import { check } from '../options.js';

/** The rule of one option with values of type T. */
export interface OptionRule<T> {
  /** The value of an option that is not given. */
  readonly initial: T;
  /** @throws ArgumentError if a value is invalid */
  check(caller: string, name: string, value: T): void;
  /** The keys of the option in a saved state. */
  save(name: string, value: T): JsonObject;
  /** @throws FormatError if a saved value is invalid */
  load(saved: JsonReader, name: string): T;
}

/** The rules of all options, by name. */
export type OptionRules<O> = { readonly [Name in keyof O]: OptionRule<O[Name]> };

/** A number; write the rule so that it is false for NaN. */
export function numberOption(
  initial: number,
  rule: string,
  isValid: (value: number) => boolean,
): OptionRule<number> {
  return {
    initial,
    check: (caller, name, value) => check(caller, name, value, rule, isValid(value)),
    save: (name, value) => ({ [name]: value }),
    load: (saved, name) => saved.numberThat(name, rule, isValid),
  };
}

/** A finite number of at least 0. */
export function nonNegativeOption(initial: number): OptionRule<number> {
  return numberOption(
    initial,
    'a finite number of at least 0',
    (value) => Number.isFinite(value) && value >= 0,
  );
}

/**
 * A flag, false by default.
 *
 * @param saved whether a state contains the flag if it is false. States of older versions lack
 *   flags that were added later.
 */
export function flagOption(saved: 'always' | 'if true'): OptionRule<boolean> {
  const always = saved === 'always';
  return {
    initial: false,
    check: (caller, name, value) =>
      check(caller, name, value, 'true or false', typeof value === 'boolean'),
    save: (name, value): JsonObject => (value || always ? { [name]: value } : {}),
    load: (state, name) => (always || state.keys.includes(name)) && state.flag(name),
  };
}

/**
 * All options: the given ones, and the others from `previous`. An undefined value counts as not
 * given.
 *
 * @throws ArgumentError for an unknown name or an invalid value
 */
export function resolveOptions<O extends object>(
  caller: string,
  rules: OptionRules<O>,
  given: Partial<O>,
  previous: O,
): O {
  const names = Object.keys(rules) as (keyof O)[];
  const known = Object.fromEntries(names.map((name) => [name, true])) as OptionNames<O>;
  checkOptions(caller, given as O, known);
  const options = { ...previous };
  for (const name of names) {
    const value = given[name];
    if (value === undefined) continue;
    rules[name].check(caller, name as string, value);
    options[name] = value;
  }
  return options;
}

/** The default of every option. */
export function defaultOptions<O extends object>(rules: OptionRules<O>): O {
  const names = Object.keys(rules) as (keyof O)[];
  return Object.fromEntries(names.map((name) => [name, rules[name].initial])) as O;
}

/** All options in the form of a saved state. */
export function saveOptions<O extends object>(rules: OptionRules<O>, options: O): JsonObject {
  const names = Object.keys(rules) as (keyof O)[];
  return Object.assign(
    {},
    ...names.map((name) => rules[name].save(name as string, options[name])),
  ) as JsonObject;
}

/** @throws FormatError if a saved option is missing or invalid */
export function loadOptions<O extends object>(rules: OptionRules<O>, saved: JsonReader): O {
  const names = Object.keys(rules) as (keyof O)[];
  return Object.fromEntries(
    names.map((name) => [name, rules[name].load(saved, name as string)]),
  ) as O;
}
