// Reads and validates the golden fixtures that make_goldens.py writes with PyTorch. README.md
// describes every field.

import { readFileSync } from 'node:fs';
import { FormatError } from '../../src/engine/errors.js';

/** The fixtures. Each is a file `fixtures/NAME.json`. */
export type GoldenName =
  | 'conv2d'
  | 'batchnorm'
  | 'pool'
  | 'loss'
  | 'activation'
  | 'optim'
  | 'init'
  | 'plateau'
  | 'schedule'
  | 'sequence'
  | 'trace';

/** A tensor in row-major order: PyTorch's float64 result rounded once to float32. */
export interface GoldenTensor {
  readonly shape: number[];
  readonly data: Float32Array;
}

/** One fixture file. */
export interface Golden {
  readonly name: GoldenName;
  /** The version of PyTorch that wrote it. */
  readonly torch: string;
  readonly cases: GoldenCase[];
  /** The case of that name. Throws an error that lists all names if there is none. */
  case(name: string): GoldenCase;
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Spellings of the numbers that JSON cannot represent. */
const NOT_FINITE: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Typed access to a JSON object. A missing key or a wrong type throws a FormatError with its
 * location.
 */
export class Fields {
  readonly #entries: Record<string, Json>;
  readonly #location: string;

  constructor(entries: Json | undefined, location: string) {
    if (!isRecord(entries)) throw new FormatError(`golden ${location}: expected an object`);
    this.#entries = entries;
    this.#location = location;
  }

  get keys(): string[] {
    return Object.keys(this.#entries);
  }

  /** Whether the key exists and is not null. */
  has(key: string): boolean {
    return Object.hasOwn(this.#entries, key) && this.#entries[key] !== null;
  }

  number(key: string): number {
    return this.#number(this.#at(key), key);
  }

  flag(key: string): boolean {
    const value = this.#at(key);
    return typeof value === 'boolean' ? value : this.#fail(key, 'a boolean');
  }

  text(key: string): string {
    const value = this.#at(key);
    return typeof value === 'string' ? value : this.#fail(key, 'a string');
  }

  numbers(key: string): number[] {
    return this.#list(key).map((value) => this.#number(value, key));
  }

  /** Two numbers. A single number stands for both, as in PyTorch's options. */
  pair(key: string): [number, number] {
    if (!Array.isArray(this.#at(key))) return [this.number(key), this.number(key)];
    const numbers = this.numbers(key);
    return numbers.length === 2 ? [numbers[0], numbers[1]] : this.#fail(key, 'a number or two');
  }

  /** A list of lists of numbers. */
  rows(key: string): number[][] {
    return this.#list(key).map((row) =>
      Array.isArray(row)
        ? row.map((value) => this.#number(value, key))
        : this.#fail(key, 'a list of lists'),
    );
  }

  fields(key: string): Fields {
    return new Fields(this.#at(key), `${this.#location}.${key}`);
  }

  /** A list of objects. */
  list(key: string): Fields[] {
    return this.#list(key).map(
      (value, index) => new Fields(value, `${this.#location}.${key}[${index}]`),
    );
  }

  #at(key: string): Json {
    return Object.hasOwn(this.#entries, key) ? this.#entries[key] : this.#fail(key, 'a value');
  }

  #list(key: string): Json[] {
    const value = this.#at(key);
    return Array.isArray(value) ? value : this.#fail(key, 'a list');
  }

  #number(value: Json, key: string): number {
    if (typeof value === 'number') return value;
    if (typeof value === 'string' && Object.hasOwn(NOT_FINITE, value)) return NOT_FINITE[value];
    return this.#fail(key, 'a number');
  }

  #fail(key: string, expected: string): never {
    throw new FormatError(
      `golden ${this.#location}.${key}: expected ${expected}; it has ${this.keys.join(', ')}`,
    );
  }
}

/** One case: options with PyTorch's names, tensors, and plain values. */
export class GoldenCase {
  readonly name: string;
  readonly options: Fields;
  readonly values: Fields;
  readonly #tensors: Fields;

  constructor(json: Json, location: string) {
    const fields = new Fields(json, location);
    this.name = fields.text('name');
    this.options = fields.fields('options');
    this.values = fields.fields('values');
    this.#tensors = fields.fields('tensors');
  }

  get tensorNames(): string[] {
    return this.#tensors.keys;
  }

  hasTensor(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** The tensor of that name, decoded on each call, so the caller may modify it. */
  tensor(name: string): GoldenTensor {
    const stored = this.#tensors.fields(name);
    const shape = stored.numbers('shape');
    const bytes = Buffer.from(stored.text('data'), 'base64');
    const length = shape.reduce((product, size) => product * size, 1);
    if (bytes.length !== 4 * length) {
      const rule = `shape [${shape.join(',')}] needs ${4 * length} bytes`;
      throw new FormatError(`golden ${this.name}, tensor ${name}: ${rule}, found ${bytes.length}`);
    }
    return {
      shape,
      data: Float32Array.from({ length }, (_, index) => bytes.readFloatLE(4 * index)),
    };
  }
}

/**
 * Reads and checks one fixture.
 * @example
 * for (const golden of loadGolden('conv2d').cases) {
 *   const x = golden.tensor('x'); // { shape: [2, 3, 7, 6], data: Float32Array }
 *   const [strideY, strideX] = golden.options.pair('stride');
 * }
 */
export function loadGolden(name: GoldenName): Golden {
  const text = readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8');
  const json = JSON.parse(text) as Json;
  const fields = new Fields(json, name);
  const stored = isRecord(json) ? json.cases : null;
  if (!Array.isArray(stored)) throw new FormatError(`golden ${name}.cases: expected a list`);
  const cases = stored.map((entry, index) => new GoldenCase(entry, `${name}[${index}]`));
  return {
    name,
    torch: fields.text('torch'),
    cases,
    case: (requested) => {
      const match = cases.find((candidate) => candidate.name === requested);
      if (match !== undefined) return match;
      const names = cases.map((candidate) => candidate.name).join(', ');
      throw new FormatError(`golden ${name}: no case ${requested}; there are ${names}`);
    },
  };
}
