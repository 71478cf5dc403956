// Elementwise comparisons and selections of kernels/comparison.ts, elementwise.ts and mask.ts. A
// comparison sets all bits of a lane or none; `v128.bitselect(a, b, mask)` takes a where they are
// set. Unit of begin and end, everywhere: one element; begin must be a multiple of 4.

import { floats, loadPart, storePart } from './lanes';

/** 1 where all bits of a lane of the mask are set, 0 elsewhere. */
@inline
function flag(mask: v128): v128 {
  return v128.and(mask, f32x4.splat(1));
}

/** y = 1 where a = b, else 0. */
export function eq(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), flag(f32x4.eq(v128.load(a + floats(i)), v128.load(b + floats(i)))));
  storePart(y + floats(i), flag(f32x4.eq(loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i))), end - i);
}

/** y = 1 where a and b differ or one is NaN, else 0. */
export function ne(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), flag(f32x4.ne(v128.load(a + floats(i)), v128.load(b + floats(i)))));
  storePart(y + floats(i), flag(f32x4.ne(loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i))), end - i);
}

/** y = 1 where a < b, else 0. */
export function lt(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), flag(f32x4.lt(v128.load(a + floats(i)), v128.load(b + floats(i)))));
  storePart(y + floats(i), flag(f32x4.lt(loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i))), end - i);
}

/** y = 1 where a <= b, else 0. */
export function le(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), flag(f32x4.le(v128.load(a + floats(i)), v128.load(b + floats(i)))));
  storePart(y + floats(i), flag(f32x4.le(loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i))), end - i);
}

@inline
function maximumLanes(a: v128, b: v128): v128 {
  const greater = v128.bitselect(a, f32x4.add(a, b), f32x4.gt(a, b));
  return v128.bitselect(b, greater, f32x4.le(a, b));
}

/** y = the larger operand, NaN if one is NaN. */
export function maximum(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), maximumLanes(v128.load(a + floats(i)), v128.load(b + floats(i))));
  storePart(y + floats(i), maximumLanes(loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i)), end - i);
}

@inline
function minimumLanes(a: v128, b: v128): v128 {
  const less = v128.bitselect(a, f32x4.add(a, b), f32x4.lt(a, b));
  return v128.bitselect(b, less, f32x4.ge(a, b));
}

/** y = the smaller operand, NaN if one is NaN. */
export function minimum(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), minimumLanes(v128.load(a + floats(i)), v128.load(b + floats(i))));
  storePart(y + floats(i), minimumLanes(loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i)), end - i);
}

@inline
function maximumGradLanes(grad: v128, x: v128, other: v128): v128 {
  const share = v128.bitselect(f32x4.splat(0.5), f32x4.splat(1), f32x4.eq(x, other));
  return f32x4.mul(grad, v128.andnot(share, f32x4.lt(x, other)));
}

/** y = grad where x is the larger operand or one is NaN, half of it where both are equal, else 0. */
export function maximumGrad(grad: usize, x: usize, other: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), maximumGradLanes(v128.load(grad + floats(i)), v128.load(x + floats(i)), v128.load(other + floats(i))));
  storePart(y + floats(i), maximumGradLanes(loadPart(grad + floats(i), end - i), loadPart(x + floats(i), end - i), loadPart(other + floats(i), end - i)), end - i);
}

@inline
function whereLanes(condition: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, f32x4.ne(condition, f32x4.splat(0)));
}

/** y = a where condition is not 0, else b. */
export function where(condition: usize, a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), whereLanes(v128.load(condition + floats(i)), v128.load(a + floats(i)), v128.load(b + floats(i))));
  storePart(y + floats(i), whereLanes(loadPart(condition + floats(i), end - i), loadPart(a + floats(i), end - i), loadPart(b + floats(i), end - i)), end - i);
}

@inline
function maskedFillLanes(x: v128, mask: v128, values: v128): v128 {
  return v128.bitselect(values, x, f32x4.ne(mask, f32x4.splat(0)));
}

/** y = value where mask is not 0, else x. */
export function maskedFill(x: usize, mask: usize, value: f32, y: usize, begin: i32, end: i32): void {
  const values = f32x4.splat(value);
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(y + floats(i), maskedFillLanes(v128.load(x + floats(i)), v128.load(mask + floats(i)), values));
  storePart(y + floats(i), maskedFillLanes(loadPart(x + floats(i), end - i), loadPart(mask + floats(i), end - i), values), end - i);
}
