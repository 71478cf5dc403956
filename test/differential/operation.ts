// One op of the differential tests, and helpers for the rows of operations.ts.

import { ArgumentError, ShapeError, type sum, type Tensor, zeros } from '../../src/engine/index.js';
import type { CaseOptions } from './fixture.js';

/** A call that must fail. */
export interface ErrorCase {
  readonly call: () => unknown;
  readonly error: typeof ShapeError | typeof ArgumentError;
  readonly message: RegExp;
}

/** One op. */
export interface Operation {
  /** The outputs; the backward pass starts from the first one. */
  readonly call: (inputs: Tensor[], options: CaseOptions) => Tensor | Tensor[];
  /** Empty only for an op that accepts every tensor. */
  readonly errors: readonly ErrorCase[];
  /** Names of the ops that `call` reaches and that have no function of their own. */
  readonly covers?: readonly string[];
}

export const shapeError = (message: RegExp, call: () => unknown): ErrorCase => ({
  call,
  error: ShapeError,
  message,
});
export const argumentError = (message: RegExp, call: () => unknown): ErrorCase => ({
  call,
  error: ArgumentError,
  message,
});

/** Reads an option as the type that the op declares; the generator writes only valid ones. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- inferred at the call
export const option = <T>(options: CaseOptions, name: string): T => options[name] as T;

export type Unary = (x: Tensor) => Tensor;
export type Binary = (a: Tensor | number, b: Tensor | number) => Tensor;

/** An elementwise function of one tensor accepts every shape. */
export const unary = (op: Unary): Operation => ({ call: ([x]) => op(x), errors: [] });

/** Two operands; the option `left` or `right` is a number in place of one. */
export const binary = (op: Binary, name: string): Operation => ({
  call: ([a, b], { left, right }) => {
    if (left !== undefined) return op(left as number, a);
    return op(a, right === undefined ? b : (right as number));
  },
  errors: [
    shapeError(RegExp(`^${name}: cannot broadcast \\[2,3\\] with \\[2\\]`), () =>
      op(zeros([2, 3]), zeros([2])),
    ),
    shapeError(RegExp(`^${name}: cannot broadcast \\[0\\] with \\[2\\]`), () =>
      op(zeros([0]), zeros([2])),
    ),
  ],
});

export const axisError = (name: string, call: () => unknown): ErrorCase =>
  shapeError(RegExp(`^${name}: axis 2 is out of range for an input with 2 axes`), call);

export const reductionErrors = (op: typeof sum, name: string): ErrorCase[] => [
  axisError(name, () => op(zeros([2, 3]), { axes: 2 })),
  shapeError(RegExp(`^${name}: axes \\[0,0\\] contain a duplicate`), () =>
    op(zeros([2, 3]), { axes: [0, -2] }),
  ),
];
