// State as JSON: types, a validating reader, and a canonical writer (equal states give equal text).

import { ArgumentError, FormatError } from '../../engine/errors.js';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Text form of the numbers that JSON does not support. */
const NOT_FINITE: Readonly<Record<string, number>> = { Infinity, '-Infinity': -Infinity, NaN };

/**
 * Converts a number to JSON; infinities and NaN become text. `JsonReader.number` accepts both
 * forms.
 */
export function numberToJson(value: number): Json {
  return Number.isFinite(value) ? value : `${value}`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON text with sorted keys: equal values give equal text.
 *
 * @throws ArgumentError for infinities and NaN, which JSON.stringify would silently convert to null
 */
export function canonicalJson(value: Json, path = 'state'): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ArgumentError(`${path}: JSON cannot represent ${value}; use numberToJson`);
  }
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item, index) =>
      canonicalJson(item, `${path}[${index}]`),
    );
    return `[${items.join(',')}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key], `${path}.${key}`)}`);
  return `{${entries.join(',')}}`;
}

/**
 * Reads a JSON object by key and type. A missing key or a wrong type throws a FormatError that
 * states its path.
 */
export class JsonReader {
  readonly #object: JsonObject;
  readonly #path: string;

  constructor(value: Json | undefined, path: string) {
    if (!isObject(value)) throw new FormatError(`${path}: expected a JSON object`);
    this.#object = value;
    this.#path = path;
  }

  /** All keys of the object. */
  get keys(): string[] {
    return Object.keys(this.#object);
  }

  /** Any value. */
  value(key: string): Json {
    return Object.hasOwn(this.#object, key) ? this.#object[key] : this.#fail(key, 'a value');
  }

  /** Any number, including the text forms of `numberToJson`. */
  number(key: string): number {
    return this.#number(this.value(key), key);
  }

  /** A number for which `isValid` is true; write `isValid` so that it is false for NaN. */
  numberThat(key: string, rule: string, isValid: (value: number) => boolean): number {
    const value = this.number(key);
    return isValid(value) ? value : this.#fail(key, rule);
  }

  /** An integer of at least 0. */
  count(key: string): number {
    return this.numberThat(key, 'a whole number of at least 0', isCount);
  }

  /** A boolean. */
  flag(key: string): boolean {
    const value = this.value(key);
    return typeof value === 'boolean' ? value : this.#fail(key, 'a boolean');
  }

  /** A string. */
  text(key: string): string {
    const value = this.value(key);
    return typeof value === 'string' ? value : this.#fail(key, 'a string');
  }

  /** A list of integers of at least 0. */
  counts(key: string): number[] {
    return this.numbersThat(key, 'whole numbers of at least 0', isCount);
  }

  /** A list of JSON objects. */
  objects(key: string): JsonReader[] {
    const value = this.value(key);
    if (!Array.isArray(value)) return this.#fail(key, 'a list of objects');
    return (value as readonly Json[]).map(
      (item, index) => new JsonReader(item, `${this.#path}.${key}[${index}]`),
    );
  }

  /** A list of numbers for which `isValid` is true. */
  numbersThat(key: string, rule: string, isValid: (value: number) => boolean): number[] {
    const value = this.value(key);
    if (!Array.isArray(value)) return this.#fail(key, 'a list');
    const numbers = (value as readonly Json[]).map((item) => this.#number(item, key));
    return numbers.every(isValid) ? numbers : this.#fail(key, `a list of ${rule}`);
  }

  #number(value: Json, key: string): number {
    if (typeof value === 'number') return value;
    if (typeof value === 'string' && Object.hasOwn(NOT_FINITE, value)) return NOT_FINITE[value];
    return this.#fail(key, 'a number');
  }

  #fail(key: string, expected: string): never {
    const actual = Object.hasOwn(this.#object, key)
      ? `got ${JSON.stringify(this.#object[key])}`
      : `but the key is missing (keys: ${this.keys.join(', ')})`;
    throw new FormatError(`${this.#path}.${key}: expected ${expected}, ${actual}`);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
