// Maps over flat arrays: y[i] = f(x[i]), and the optimizers' steps, which are maps over four arrays at once.
// Bound by memory, not by arithmetic: what counts is to touch each array once. May import lanes only.
// Unit of begin and end, everywhere: one element; begin must be a multiple of 4. Outputs may be inputs.
//
// Each map is written once for four lanes. The one to three elements at the end go through the same lanes by loadPart and
// storePart, so that an element's value never depends on where the range ended.

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

/** gradX = g where x > 0, else 0. x may be relu's input or its output. */
export function reluGrad(g: usize, x: usize, gradX: usize, begin: i32, end: i32): void {
  const zero = f32x4.splat(0);
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const positive = f32x4.gt(v128.load(x + floats(i)), zero);
    v128.store(gradX + floats(i), v128.and(v128.load(g + floats(i)), positive));
  }
  const positive = f32x4.gt(loadPart(x + floats(i), end - i), zero);
  storePart(gradX + floats(i), v128.and(loadPart(g + floats(i), end - i), positive), end - i);
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

/** y = ka * a + kb * b: a running average, in place if y is a. */
export function blend(a: usize, ka: f32, b: usize, kb: f32, y: usize, begin: i32, end: i32): void {
  const ca = f32x4.splat(ka), cb = f32x4.splat(kb);
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    v128.store(y + floats(i), fma(f32x4.mul(cb, v128.load(b + floats(i))), ca, v128.load(a + floats(i))));
  }
  storePart(y + floats(i), fma(f32x4.mul(cb, loadPart(b + floats(i), end - i)), ca, loadPart(a + floats(i), end - i)), end - i);
}

/** y = factor * x + offset. */
export function scale(x: usize, factor: f32, offset: f32, y: usize, begin: i32, end: i32): void {
  const a = f32x4.splat(factor), b = f32x4.splat(offset);
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), fma(b, a, v128.load(x + floats(i))));
  storePart(y + floats(i), fma(b, a, loadPart(x + floats(i), end - i)), end - i);
}
