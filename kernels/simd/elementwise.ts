// Maps over flat arrays: y[i] = f(x[i]). Bound by memory, not by arithmetic, so each
// array is read or written once.
// Unit of begin and end, everywhere: one element; begin must be a multiple
// of 4. Outputs may be inputs.
//
// Each map is written for four lanes. The last one to three elements use the same lanes through
// loadPart and storePart, so that the value of an element does not depend on the end of the range.

import { floats, fma, loadPart, storePart } from './lanes';

/** y = value. */
export function fill(y: usize, value: f32, begin: i32, end: i32): void {
  const lanes = f32x4.splat(value);
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), lanes);
  storePart(y + floats(i), lanes, end - i);
}

/** y = max(x, 0); a NaN stays a NaN, as in PyTorch. */
export function relu(x: usize, y: usize, begin: i32, end: i32): void {
  const zero = f32x4.splat(0);
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), f32x4.max(v128.load(x + floats(i)), zero));
  storePart(y + floats(i), f32x4.max(loadPart(x + floats(i), end - i), zero), end - i);
}

/** gradX = 0 where x <= 0, else grad, also for NaN. x may be relu's input or its output. */
export function reluGrad(grad: usize, x: usize, gradX: usize, begin: i32, end: i32): void {
  const zero = f32x4.splat(0);
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const negative = f32x4.le(v128.load(x + floats(i)), zero);
    v128.store(gradX + floats(i), v128.andnot(v128.load(grad + floats(i)), negative));
  }
  const negative = f32x4.le(loadPart(x + floats(i), end - i), zero);
  storePart(gradX + floats(i), v128.andnot(loadPart(grad + floats(i), end - i), negative), end - i);
}

/** y = a + b. */
export function add(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), f32x4.add(v128.load(a + floats(i)), v128.load(b + floats(i))));
  storePart(y + floats(i), f32x4.add(loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i)), end - i);
}

/** y = a - b. */
export function sub(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), f32x4.sub(v128.load(a + floats(i)), v128.load(b + floats(i))));
  storePart(y + floats(i), f32x4.sub(loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i)), end - i);
}

/** y = a * b. */
export function mul(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), f32x4.mul(v128.load(a + floats(i)), v128.load(b + floats(i))));
  storePart(y + floats(i), f32x4.mul(loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i)), end - i);
}

/** y = beta * average + alpha * x: a moving average, in place if y is average. */
export function blend(average: usize, beta: f32, x: usize, alpha: f32, y: usize, begin: i32, end: i32): void {
  const betas = f32x4.splat(beta), alphas = f32x4.splat(alpha);
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    v128.store(y + floats(i), fma(f32x4.mul(alphas, v128.load(x + floats(i))), betas, v128.load(average + floats(i))));
  }
  const scaledX = f32x4.mul(alphas, loadPart(x + floats(i), end - i));
  storePart(y + floats(i), fma(scaledX, betas, loadPart(average + floats(i), end - i)), end - i);
}

/** y = factor * x + offset. */
export function scale(x: usize, factor: f32, offset: f32, y: usize, begin: i32, end: i32): void {
  const a = f32x4.splat(factor), b = f32x4.splat(offset);
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), fma(b, a, v128.load(x + floats(i))));
  storePart(y + floats(i), fma(b, a, loadPart(x + floats(i), end - i)), end - i);
}
