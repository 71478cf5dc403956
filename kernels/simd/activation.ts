// Sigmoid and tanh, and their gradients, for four lanes at a time. Unit of begin and end: one
// element, as in elementwise.ts.

import { exp4 } from './exponential';
import { floats, loadPart, storePart } from './lanes';

/** y = 1 / (1 + e^-x); the exponential never overflows. NaN stays NaN. */
export function sigmoid(x: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), sigmoid4(v128.load(x + floats(i))));
  storePart(y + floats(i), sigmoid4(loadPart(x + floats(i), end - i)), end - i);
}

/** gradX = grad y (1 - y), y the sigmoid. */
export function sigmoidGrad(grad: usize, y: usize, gradX: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    v128.store(gradX + floats(i), sigmoidGrad4(v128.load(grad + floats(i)), v128.load(y + floats(i))));
  }
  const last = sigmoidGrad4(loadPart(grad + floats(i), end - i), loadPart(y + floats(i), end - i));
  storePart(gradX + floats(i), last, end - i);
}

/** y = tanh(x). NaN stays NaN. */
export function tanh(x: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), tanh4(v128.load(x + floats(i))));
  storePart(y + floats(i), tanh4(loadPart(x + floats(i), end - i)), end - i);
}

/** gradX = grad (1 - y^2), y the tanh. */
export function tanhGrad(grad: usize, y: usize, gradX: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    v128.store(gradX + floats(i), tanhGrad4(v128.load(grad + floats(i)), v128.load(y + floats(i))));
  }
  const last = tanhGrad4(loadPart(grad + floats(i), end - i), loadPart(y + floats(i), end - i));
  storePart(gradX + floats(i), last, end - i);
}

/** e / (1 + e) for negative x and 1 / (1 + e) otherwise, with e = e^-|x|. */
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(one, e, f32x4.ge(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(one, e));
}

@inline
function sigmoidGrad4(grad: v128, y: v128): v128 {
  return f32x4.mul(f32x4.mul(grad, y), f32x4.sub(f32x4.splat(1), y));
}

/**
 * 1 - 2 / (1 + e^(2 |x|)) with the sign of x; from |x| = 20 on, 1. Near 0 this loses digits: below
 * 0.625 it is x + x^3 P(x^2), with the polynomial of Cephes' tanhf.
 */
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  const magnitude = f32x4.abs(x);
  const e = exp4(f32x4.min(f32x4.add(magnitude, magnitude), f32x4.splat(40)));
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(one, e)));
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-0.00570498872745);
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(0.0206390887954));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-0.0537397155531));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(0.133314422036));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-0.333332819422));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(p, square), x));
  const sign = v128.and(x, i32x4.splat(i32.MIN_VALUE));
  return v128.or(v128.bitselect(near, far, f32x4.lt(magnitude, f32x4.splat(0.625))), sign);
}

@inline
function tanhGrad4(grad: v128, y: v128): v128 {
  return f32x4.mul(grad, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
}
