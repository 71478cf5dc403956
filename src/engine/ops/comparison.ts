// Comparisons and logical functions: 1 where a relation holds, 0 elsewhere. Results have no
// gradient. As in IEEE 754, NaN is unequal to everything, and not ordered.

import * as kernels from '../../../kernels/comparison.js';
import type { Kernel, NoConstants, NoScalars } from '../../../kernels/kernel.js';
import { noGrad } from '../current.js';
import { elementwise } from '../launch.js';
import type { NdArray } from '../ndarray.js';
import { defineOp, type NoAttributes } from '../op.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { broadcast, type Operand, toTensors } from './internal/operands.js';
import { abs } from './unary.js';

/** A comparison of two operands that broadcast. */
function defineComparison(
  name: string,
  compare: (a: NdArray, b: NdArray) => NdArray,
): (a: Operand, b: Operand) => Tensor {
  const op = defineOp<NoAttributes>({
    name,
    infer: broadcast(name),
    forward: ([a, b]) => compare(a, b),
    backward: () => [null, null],
    samples: [],
  });
  return (a, b) => noGrad(() => op(toTensors(name, a, b), {}));
}

const equal = defineComparison('eq', (a, b) => elementwise(kernels.eq, [a, b]));
const notEqual = defineComparison('ne', (a, b) => elementwise(kernels.ne, [a, b]));
const less = defineComparison('lt', (a, b) => elementwise(kernels.lt, [a, b]));
const lessOrEqual = defineComparison('le', (a, b) => elementwise(kernels.le, [a, b]));
const greater = defineComparison('gt', (a, b) => elementwise(kernels.lt, [b, a]));
const greaterOrEqual = defineComparison('ge', (a, b) => elementwise(kernels.le, [b, a]));
const both = defineComparison('logicalAnd', (a, b) => elementwise(kernels.logicalAnd, [a, b]));
const either = defineComparison('logicalOr', (a, b) => elementwise(kernels.logicalOr, [a, b]));

/** A property of each element of a tensor. */
function defineProperty(
  name: string,
  kernel: Kernel<NoConstants, NoScalars>,
): (x: Tensor) => Tensor {
  const op = defineOp<NoAttributes>({
    name,
    infer: ([x]) => x,
    forward: ([x]) => elementwise(kernel, [x]),
    backward: () => [null],
    samples: [],
  });
  return (x) => noGrad(() => op([x], {}));
}

const isNotANumber = defineProperty('isnan', kernels.isnan);
const isZero = defineProperty('logicalNot', kernels.logicalNot);

/**
 * 1 where a equals b, else 0; broadcast. No gradient. NaN equals nothing.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://docs.pytorch.org/docs/stable/generated/torch.eq.html
 * @example
 * print(await scope(() => eq(tensor([1, 2, 3]), 2).print())); // [0, 1, 0]
 */
export function eq(a: Operand, b: Operand): Tensor {
  return equal(a, b);
}

/**
 * 1 where a differs from b, else 0; broadcast. No gradient. NaN differs from everything.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://docs.pytorch.org/docs/stable/generated/torch.ne.html
 * @example
 * print(await scope(() => ne(tensor([1, 2, 3]), 2).print())); // [1, 0, 1]
 */
export function ne(a: Operand, b: Operand): Tensor {
  return notEqual(a, b);
}

/**
 * 1 where a < b, else 0; broadcast. No gradient. 0 where a or b is NaN.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://docs.pytorch.org/docs/stable/generated/torch.lt.html
 * @example
 * print(await scope(() => lt(tensor([1, 2, 3]), 2).print())); // [1, 0, 0]
 */
export function lt(a: Operand, b: Operand): Tensor {
  return less(a, b);
}

/**
 * 1 where a <= b, else 0; broadcast. No gradient. 0 where a or b is NaN.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://docs.pytorch.org/docs/stable/generated/torch.le.html
 * @example
 * print(await scope(() => le(tensor([1, 2, 3]), 2).print())); // [1, 1, 0]
 */
export function le(a: Operand, b: Operand): Tensor {
  return lessOrEqual(a, b);
}

/**
 * 1 where a > b, else 0; broadcast. No gradient. 0 where a or b is NaN.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://docs.pytorch.org/docs/stable/generated/torch.gt.html
 * @example
 * print(await scope(() => gt(tensor([1, 2, 3]), 2).print())); // [0, 0, 1]
 */
export function gt(a: Operand, b: Operand): Tensor {
  return greater(a, b);
}

/**
 * 1 where a >= b, else 0; broadcast. No gradient. 0 where a or b is NaN.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://docs.pytorch.org/docs/stable/generated/torch.ge.html
 * @example
 * print(await scope(() => ge(tensor([1, 2, 3]), 2).print())); // [0, 1, 1]
 */
export function ge(a: Operand, b: Operand): Tensor {
  return greaterOrEqual(a, b);
}

/**
 * 1 where neither a nor b is 0, else 0; broadcast. No gradient. NaN counts as not 0.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://docs.pytorch.org/docs/stable/generated/torch.logical_and.html
 * @example
 * print(await scope(() => logicalAnd(tensor([0, 1, 2]), tensor([1, 0, 3])).print())); // [0, 0, 1]
 */
export function logicalAnd(a: Operand, b: Operand): Tensor {
  return both(a, b);
}

/**
 * 1 where a or b is not 0, else 0; broadcast. No gradient. NaN counts as not 0.
 *
 * @throws ShapeError if the shapes cannot be broadcast
 * @see https://docs.pytorch.org/docs/stable/generated/torch.logical_or.html
 * @example
 * print(await scope(() => logicalOr(tensor([0, 0, 2]), tensor([1, 0, 3])).print())); // [1, 0, 1]
 */
export function logicalOr(a: Operand, b: Operand): Tensor {
  return either(a, b);
}

/**
 * 1 where x is 0, else 0; any shape. No gradient. NaN counts as not 0.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.logical_not.html
 * @example
 * print(await scope(() => logicalNot(tensor([0, 1, 2])).print())); // [1, 0, 0]
 */
export function logicalNot(x: Tensor): Tensor {
  checkTensor(x, 'logicalNot: x');
  return isZero(x);
}

/**
 * 1 where x is NaN, else 0; any shape. No gradient.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.isnan.html
 * @example
 * print(await scope(() => isnan(tensor([1, NaN, Infinity])).print())); // [0, 1, 0]
 */
export function isnan(x: Tensor): Tensor {
  return isNotANumber(x);
}

/**
 * 1 where x is Infinity or -Infinity, else 0; any shape. No gradient.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.isinf.html
 * @example
 * print(await scope(() => isinf(tensor([1, NaN, -Infinity])).print())); // [0, 0, 1]
 */
export function isinf(x: Tensor): Tensor {
  checkTensor(x, 'isinf: x');
  return noGrad(() => eq(abs(x), Infinity));
}

/**
 * 1 where x is a finite number, neither NaN nor infinite, else 0; any shape. No gradient.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.isfinite.html
 * @example
 * print(await scope(() => isfinite(tensor([1, NaN, Infinity])).print())); // [1, 0, 0]
 */
export function isfinite(x: Tensor): Tensor {
  checkTensor(x, 'isfinite: x');
  return noGrad(() => lt(abs(x), Infinity));
}
