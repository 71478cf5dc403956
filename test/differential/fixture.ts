// Reads a file of cases that generate.py wrote with PyTorch. README.md describes the format.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sizeOf, type Shape } from '../../src/engine/shape.js';

/** One step from an array to a view of it. */
export type ViewStep =
  | readonly ['permute', readonly number[]]
  | readonly ['expand', readonly number[]]
  | readonly ['slice', number, number, number, number];

/** An array and the view of it that the op gets. Elements outside the view are NaN. */
export interface CaseInput {
  readonly values: Float64Array;
  readonly shape: Shape;
  readonly view: readonly ViewStep[];
  /** Whether the expected results contain its gradient. */
  readonly grad: boolean;
  /** Index of the earlier input that is passed again; -1 for an input of its own. */
  readonly same: number;
}

/** Options of a case, with the names of the op's own options. */
export type CaseOptions = Readonly<Record<string, unknown>>;

/** An expected output or gradient. */
export interface Expected {
  /** `output 0`, `gradient of input 1`, ... */
  readonly name: string;
  readonly shape: Shape;
  /** PyTorch's float64 result, rounded to 40 bits. */
  readonly values: Float64Array;
}

/** One call of an op, and PyTorch's results. */
export interface Case {
  readonly index: number;
  readonly op: string;
  /** Kind of the values: `plain`, `ties`, `special`, `large` or `small`. */
  readonly kind: string;
  readonly options: CaseOptions;
  readonly inputs: readonly CaseInput[];
  /** The gradient of the first output; null if no input has a gradient. */
  readonly direction: CaseInput | null;
  readonly outputs: readonly Expected[];
  readonly gradients: readonly Expected[];
  /** Whether PyTorch's own float32 result agrees with its float64 result. */
  readonly float32: boolean;
}

/** A file of cases. */
export interface Fixture {
  /** Version of PyTorch. */
  readonly torch: string;
  readonly seed: number;
  readonly cases: readonly Case[];
}

interface InputHeader {
  readonly shape?: number[];
  readonly view?: ViewStep[];
  readonly exponent?: number;
  readonly grad?: boolean;
  readonly same?: number;
}

interface CaseHeader {
  readonly op: string;
  readonly kind: string;
  readonly options: Record<string, unknown>;
  readonly inputs: InputHeader[];
  readonly direction?: InputHeader;
  readonly outputs: number[][];
  readonly float32?: boolean;
}

interface FileHeader {
  readonly torch: string;
  readonly seed: number;
  readonly inputs: number;
  readonly expected: number;
  readonly cases: CaseHeader[];
}

const GRID = 64;
/** The integers that stand for values outside the grid; the same as in generator/fixture.py. */
const SPECIAL: ReadonlyMap<number, number> = new Map([
  [-32768, NaN],
  [32767, Infinity],
  [-32767, -Infinity],
  [-32766, -0],
]);

/** Numbers that JSON cannot represent. */
const NOT_FINITE: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

/** Reverses `shuffled` in generator/fixture.py: all first bytes, then all second bytes, ... */
function unshuffled(bytes: Uint8Array, itemSize: number): ArrayBuffer {
  const count = bytes.length / itemSize;
  const result = new Uint8Array(bytes.length);
  for (let byte = 0; byte < itemSize; byte++) {
    for (let i = 0; i < count; i++) result[i * itemSize + byte] = bytes[byte * count + i];
  }
  return result.buffer;
}

/** Reads a file of cases. */
export function readFixture(path: string | URL): Fixture {
  const bytes = gunzipSync(readFileSync(path));
  const headerEnd = 4 + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.toString('utf8', 4, headerEnd), (_, value: unknown) =>
    typeof value === 'string' && value in NOT_FINITE ? NOT_FINITE[value] : value,
  ) as FileHeader;
  const inputsEnd = headerEnd + 2 * header.inputs;
  const grid = new Int16Array(unshuffled(bytes.subarray(headerEnd, inputsEnd), 2));
  const expected = new Float64Array(unshuffled(bytes.subarray(inputsEnd), 8));
  let gridPosition = 0;
  let expectedPosition = 0;

  const readInput = (input: InputHeader): CaseInput => {
    const { shape = [], view = [], exponent = 0, grad = false, same = -1 } = input;
    if (same >= 0) return { values: new Float64Array(0), shape, view, grad, same };
    const end = gridPosition + sizeOf(shape);
    const values = Float64Array.from(
      grid.subarray(gridPosition, end),
      (value) => SPECIAL.get(value) ?? (value / GRID) * 2 ** exponent,
    );
    gridPosition = end;
    return { values, shape, view, grad, same };
  };
  const readExpected = (name: string, shape: Shape): Expected => {
    const begin = expectedPosition;
    expectedPosition += sizeOf(shape);
    return { name, shape, values: expected.subarray(begin, expectedPosition) };
  };

  const cases = header.cases.map((one, index): Case => {
    const { op, kind, options, float32 = true } = one;
    const inputs = one.inputs.map(readInput);
    const direction = one.direction === undefined ? null : readInput(one.direction);
    const outputs = one.outputs.map((shape, output) => readExpected(`output ${output}`, shape));
    const gradients = inputs.flatMap(({ grad, same, shape }, input) =>
      grad && same < 0 ? [readExpected(`gradient of input ${input}`, shape)] : [],
    );
    return { index, op, kind, options, inputs, direction, outputs, gradients, float32 };
  });
  if (gridPosition !== grid.length || expectedPosition !== expected.length) {
    throw new Error(`fixture ${String(path)}: the headers do not describe all numbers`);
  }
  return { torch: header.torch, seed: header.seed, cases };
}
