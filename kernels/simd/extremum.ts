// Maxima and minima along one axis of an array [outer, size, inner], their positions and gradients.
// The kernels of kernels/reduce.ts.
//
// f32x4.max takes about nine x86 instructions, because of NaN and the sign of zero; pmax and a test
// for NaN take three.
//
// Versions, maximum of 1024 x 1024 over axis 1 with its gradient, one thread, Node 24: scalar loop and
// reference loop 1.3 and 12 ms; here 0.4 and 0.1 ms.

import { floats, splat } from './lanes';
import { fillRun, moveRun } from './move';

/** The largest of `size` adjacent floats (size >= 1); NaN if one is NaN. */
export function maxRun(x: usize, size: i32): f32 {
  const end = x + floats(size);
  let a = v128.load_splat<f32>(x), b = a, hasNaN = f32x4.ne(a, a);
  for (const stop = x + floats(size & ~7); x < stop; x += 32) {
    const left = v128.load(x), right = v128.load(x, 16);
    a = f32x4.pmax(a, left);
    b = f32x4.pmax(b, right);
    hasNaN = v128.or(hasNaN, v128.or(f32x4.ne(left, left), f32x4.ne(right, right)));
  }
  a = f32x4.pmax(a, b);
  let largest = max(
    max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
  for (; x < end; x += 4) largest = max(largest, load<f32>(x));
  return v128.any_true(hasNaN) ? NaN : largest;
}

/** The smallest of `size` adjacent floats (size >= 1); NaN if one is NaN. */
function minRun(x: usize, size: i32): f32 {
  const end = x + floats(size);
  let a = v128.load_splat<f32>(x), b = a, hasNaN = f32x4.ne(a, a);
  for (const stop = x + floats(size & ~7); x < stop; x += 32) {
    const left = v128.load(x), right = v128.load(x, 16);
    a = f32x4.pmin(a, left);
    b = f32x4.pmin(b, right);
    hasNaN = v128.or(hasNaN, v128.or(f32x4.ne(left, left), f32x4.ne(right, right)));
  }
  a = f32x4.pmin(a, b);
  let smallest = min(
    min(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    min(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
  for (; x < end; x += 4) smallest = min(smallest, load<f32>(x));
  return v128.any_true(hasNaN) ? NaN : smallest;
}

/**
 * The largest element of each line for `sign` 1, the smallest for -1; NaN if one is NaN.
 * Unit of begin and end: one output element in row-major order.
 */
export function extremumAxis(
  x: usize, size: i32, inner: i32, sign: f32, out: usize, begin: i32, end: i32,
): void {
  if (inner == 1) {
    for (let o = begin; o < end; o++) {
      const line = x + floats(o) * <usize>size;
      store<f32>(out + floats(o), sign > 0 ? maxRun(line, size) : minRun(line, size));
    }
    return;
  }
  const stride = floats(inner);
  for (let o = begin; o < end; ) {
    const outer = o / inner, i = o - outer * inner, columns = min(end - o, inner - i);
    const to = out + floats(o);
    let row = x + floats(i) + <usize>outer * stride * <usize>size;
    moveRun(to, row, columns);
    for (let s = 1; s < size; s++) {
      row += stride;
      if (sign > 0) maxRow(to, row, columns);
      else minRow(to, row, columns);
    }
    o += columns;
  }
}

/** `value` where it is larger than `top` or NaN, otherwise `top`. */
@inline
function larger(top: v128, value: v128): v128 {
  return v128.bitselect(value, top, v128.or(f32x4.gt(value, top), f32x4.ne(value, value)));
}

/** `value` where it is smaller than `top` or NaN, otherwise `top`. */
@inline
function smaller(top: v128, value: v128): v128 {
  return v128.bitselect(value, top, v128.or(f32x4.lt(value, top), f32x4.ne(value, value)));
}

/** tops = max(tops, x). */
export function maxRow(tops: usize, x: usize, columns: i32): void {
  const wholeStop = x + floats(columns & ~7), stop = x + floats(columns);
  for (; x < wholeStop; x += 32, tops += 32) {
    const left = larger(v128.load(tops), v128.load(x)), right = larger(v128.load(tops, 16), v128.load(x, 16));
    v128.store(tops, left);
    v128.store(tops, right, 16);
  }
  for (; x < stop; x += 4, tops += 4) v128.store_lane<f32>(tops, larger(splat(tops), splat(x)), 0);
}

/** tops = min(tops, x). */
function minRow(tops: usize, x: usize, columns: i32): void {
  const wholeStop = x + floats(columns & ~7), stop = x + floats(columns);
  for (; x < wholeStop; x += 32, tops += 32) {
    const left = smaller(v128.load(tops), v128.load(x)), right = smaller(v128.load(tops, 16), v128.load(x, 16));
    v128.store(tops, left);
    v128.store(tops, right, 16);
  }
  for (; x < stop; x += 4, tops += 4) v128.store_lane<f32>(tops, smaller(splat(tops), splat(x)), 0);
}

/**
 * Index of the maximum: the first of equal values, or the first NaN.
 * Unit of begin and end: one output element in row-major order.
 */
export function argMax(x: usize, size: i32, inner: i32, out: usize, begin: i32, end: i32): void {
  if (inner == 1) {
    for (let o = begin; o < end; o++) {
      store<f32>(out + floats(o), <f32>argMaxRun(x + floats(o) * <usize>size, size));
    }
    return;
  }
  const stride = floats(inner);
  for (let o = begin; o < end; ) {
    const outer = o / inner, i = o - outer * inner;
    const first = x + floats(i) + <usize>outer * stride * <usize>size, to = out + floats(o);
    if (min(end - o, inner - i) >= 8) {
      argMaxEight(first, size, stride, to);
      o += 8;
    } else {
      argMaxOne(first, size, stride, to);
      o += 1;
    }
  }
}

/** Position of the first of `size` adjacent floats that equals their maximum, or that is NaN. */
function argMaxRun(x: usize, size: i32): i32 {
  const largest = maxRun(x, size), top = f32x4.splat(largest);
  let s = 0;
  if (largest != largest) {
    while (load<f32>(x + floats(s)) == load<f32>(x + floats(s))) s++;
    return s;
  }
  for (; s + 16 <= size; s += 16) {
    const run = x + floats(s);
    const left = v128.or(f32x4.eq(v128.load(run), top), f32x4.eq(v128.load(run, 16), top));
    const right = v128.or(f32x4.eq(v128.load(run, 32), top), f32x4.eq(v128.load(run, 48), top));
    if (v128.any_true(v128.or(left, right))) break;
  }
  while (load<f32>(x + floats(s)) != largest) s++;
  return s;
}

/** Eight adjacent columns. */
function argMaxEight(x: usize, size: i32, stride: usize, out: usize): void {
  let largest0 = v128.load(x), largest1 = v128.load(x, 16);
  let best0 = i32x4.splat(0), best1 = best0;
  for (let s = 1; s < size; s++) {
    x += stride;
    const value0 = v128.load(x), value1 = v128.load(x, 16), position = i32x4.splat(s);
    const isLarger0 = isAbove(value0, largest0), isLarger1 = isAbove(value1, largest1);
    largest0 = v128.bitselect(value0, largest0, isLarger0);
    largest1 = v128.bitselect(value1, largest1, isLarger1);
    best0 = v128.bitselect(position, best0, isLarger0);
    best1 = v128.bitselect(position, best1, isLarger1);
  }
  v128.store(out, f32x4.convert_i32x4_s(best0));
  v128.store(out, f32x4.convert_i32x4_s(best1), 16);
}

/** Whether the value is larger, or the first NaN. */
@inline
function isAbove(value: v128, largest: v128): v128 {
  const isFirstNaN = v128.and(f32x4.ne(value, value), f32x4.eq(largest, largest));
  return v128.or(f32x4.gt(value, largest), isFirstNaN);
}

function argMaxOne(x: usize, size: i32, stride: usize, out: usize): void {
  let largest = load<f32>(x), best = 0;
  for (let s = 1; s < size; s++) {
    x += stride;
    const value = load<f32>(x);
    if (value > largest || (value != value && largest == largest)) {
      largest = value;
      best = s;
    }
  }
  store<f32>(out, <f32>best);
}

/**
 * y[o, i] = x[o, index[o, i], i]; the indices are positions of the axis.
 * Unit of begin and end: one output element in row-major order.
 */
export function takeAxis(x: usize, index: usize, size: i32, inner: i32, y: usize, begin: i32, end: i32): void {
  for (let o = begin; o < end; o++) {
    const outer = o / inner, position = <i32>load<f32>(index + floats(o));
    store<f32>(y + floats(o), load<f32>(x + floats((outer * size + position - outer) * inner + o)));
  }
}

/**
 * gradX[o, s, i] = grad[o, i] at the position index[o, i], 0 elsewhere.
 * Unit of begin and end: one row of `inner` elements of gradX; there are outer * size.
 */
export function takeAxisGrad(
  grad: usize, index: usize, size: i32, inner: i32, gradX: usize, begin: i32, end: i32,
): void {
  if (inner == 1) {
    fillRun(gradX + floats(begin), 0, end - begin);
    for (let line = begin / size; line * size < end; line++) {
      const element = line * size + <i32>load<f32>(index + floats(line));
      if (element >= begin && element < end) store<f32>(gradX + floats(element), load<f32>(grad + floats(line)));
    }
    return;
  }
  for (let row = begin; row < end; row++) {
    const outer = row / size, first = floats(outer * inner);
    takeRowGrad(grad + first, index + first, <f32>(row - outer * size), inner, gradX + floats(row) * <usize>inner);
  }
}

function takeRowGrad(grad: usize, index: usize, position: f32, inner: i32, gradX: usize): void {
  const positions = f32x4.splat(position);
  let i = 0;
  for (; i + 8 <= inner; i += 8) {
    const offset = floats(i);
    const isTaken0 = f32x4.eq(v128.load(index + offset), positions);
    const isTaken1 = f32x4.eq(v128.load(index + offset, 16), positions);
    const value0 = v128.and(v128.load(grad + offset), isTaken0);
    const value1 = v128.and(v128.load(grad + offset, 16), isTaken1);
    v128.store(gradX + offset, value0);
    v128.store(gradX + offset, value1, 16);
  }
  for (; i < inner; i++) {
    const isTaken = load<f32>(index + floats(i)) == position;
    store<f32>(gradX + floats(i), isTaken ? load<f32>(grad + floats(i)) : 0);
  }
}

/** 1 where x equals `extremum` or both are NaN, 0 elsewhere. Unit of begin and end: one element. */
export function isMax(x: usize, extremum: usize, y: usize, begin: i32, end: i32): void {
  const one = f32x4.splat(1);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const offset = floats(i);
    const flag0 = v128.and(equals(v128.load(x + offset), v128.load(extremum + offset)), one);
    const flag1 = v128.and(equals(v128.load(x + offset, 16), v128.load(extremum + offset, 16)), one);
    v128.store(y + offset, flag0);
    v128.store(y + offset, flag1, 16);
  }
  for (; i < end; i++) {
    const value = load<f32>(x + floats(i)), top = load<f32>(extremum + floats(i));
    store<f32>(y + floats(i), value == top || (value != value && top != top) ? 1 : 0);
  }
}

@inline
function equals(value: v128, top: v128): v128 {
  return v128.or(f32x4.eq(value, top), v128.and(f32x4.ne(value, value), f32x4.ne(top, top)));
}
