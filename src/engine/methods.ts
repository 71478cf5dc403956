// Methods of Tensor (`inkgrad/methods`): `x.mul(w).add(b).relu().sum()`.
//
// Importing `inkgrad` or this file adds them. `inkgrad/engine` and `inkgrad/nn` do not, so that a
// bundle without methods contains only the ops it calls. TypeScript merges declarations for a whole
// program: if one of its files imports the methods, all of its files see them.

import { elu, gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from './ops/activation.js';
import { add, div, maximum, minimum, mul, neg, sub } from './ops/arithmetic.js';
import { chunk, split, squeeze, unsqueeze } from './ops/axes.js';
import { eq, ge, gt, le, logicalNot, lt, ne } from './ops/comparison.js';
import { cumsum, prod } from './ops/cumulative.js';
import { flip, roll } from './ops/flip.js';
import { gather, indexSelect, scatterAdd } from './ops/gather.js';
import { maskedFill, tril, triu } from './ops/mask.js';
import { matmul } from './ops/matmul.js';
import { pad } from './ops/pad.js';
import { pow, reciprocal, rsqrt, square } from './ops/power.js';
import { argmax, argmin, max, mean, min, sum, variance } from './ops/reduce.js';
import { ceil, floor, round, sign } from './ops/rounding.js';
import { logSoftmax, softmax } from './ops/softmax.js';
import { argsort, sort, topk } from './ops/sort.js';
import { cos, erf, expm1, log1p, sin } from './ops/special.js';
import { abs, clamp, exp, log, sqrt } from './ops/unary.js';
import { expand, flatten, permute, reshape, slice, transpose } from './ops/view.js';
import { Tensor } from './tensor.js';

/**
 * The functions that are also methods of `Tensor`, by name. The first argument becomes `this`:
 * `x.clamp(0, 1)` is `clamp(x, 0, 1)`. Defaults, shapes and errors are those of the function.
 *
 * @example
 * print('relu' in tensorMethods); // true
 * scope(() => print(ones([2, 3]).mul(2).sum({ axes: 0 }).shape)); // [3]
 */
// prettier-ignore
export const tensorMethods = {
  // arithmetic and comparisons
  add, sub, mul, div, neg, maximum, minimum, matmul, eq, ne, lt, le, gt, ge, logicalNot,
  // elementwise functions
  abs, sign, floor, ceil, round, clamp, square, pow, sqrt, rsqrt, reciprocal,
  exp, expm1, log, log1p, sin, cos, erf,
  // activations
  relu, leakyRelu, elu, silu, gelu, softplus, sigmoid, tanh, softmax, logSoftmax,
  // reductions and cumulative functions
  argmax, argmin, max, min, mean, sum, prod, variance, cumsum,
  // views and arrangements
  expand, flatten, permute, reshape, slice, transpose, squeeze, unsqueeze, split, chunk,
  flip, roll, pad,
  // masks, order and indices
  maskedFill, tril, triu, sort, argsort, topk, gather, indexSelect, scatterAdd,
};

/** A function without its first parameter, which must accept a tensor. */
type Method<F> = F extends (x: never, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** The types of the methods, derived from the table. */
export type TensorMethods = {
  [Name in keyof typeof tensorMethods]: Method<(typeof tensorMethods)[Name]>;
};

declare module './tensor.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merges the methods into the class
  interface Tensor extends TensorMethods {}
}

/** Adds `f` to the prototype, as a method is: writable, and not enumerable. */
function addMethod(name: string, f: (x: Tensor, ...rest: never[]) => unknown): void {
  const value = function (this: Tensor, ...rest: never[]): unknown {
    return f(this, ...rest);
  };
  Object.defineProperty(value, 'name', { value: name });
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}

for (const [name, f] of Object.entries(tensorMethods)) addMethod(name, f);
