// Reductions along one axis of an array [outer, size, inner]: sums, extrema and their gradients. The
// kernels of kernels/reduce.ts. As jobs, small reductions do not make the main thread wait for the
// queue.
//
// Versions, sum of 1024 x 1024 over axis 0, one thread, Node 24: four columns at a time in float64
// 1.3 ms; 16 columns, blocks of rows in float32 0.15 ms. Sum of all 0.20 and 0.07 ms.

import { floats } from './lanes';
import { fillRun } from './move';

/** Number of terms from which on blocks are summed in float32; fewer are summed in float64. */
const LONG_SUM: i32 = 128;
/** Rows of a block. */
const BLOCK_ROWS: i32 = 16;
/** Floats of a block of one line: 16 terms for each of 32 lanes. */
const BLOCK_FLOATS: i32 = 512;

/**
 * out [outer, inner] = sum over the axis. Long sums add blocks in float32, in several lanes, and the
 * sums of the blocks in float64. Unit of begin and end: one output element in row-major order.
 */
export function sumAxis(x: usize, size: i32, inner: i32, out: usize, begin: i32, end: i32): void {
  if (inner == 1) {
    for (let o = begin; o < end; o++) {
      store<f32>(out + floats(o), <f32>sumRun(x + floats(o) * <usize>size, size));
    }
    return;
  }
  const stride = floats(inner);
  for (let o = begin; o < end; ) {
    const outer = o / inner, i = o - outer * inner;
    const first = x + floats(i) + <usize>outer * stride * <usize>size, to = out + floats(o);
    const columns = min(end - o, inner - i);
    if (columns >= 16) {
      sumSixteen(first, size, stride, to);
      o += 16;
    } else if (columns >= 4) {
      sumFour(first, size, stride, to);
      o += 4;
    } else {
      sumOne(first, size, stride, to);
      o += 1;
    }
  }
}

/** Rows of a block of a sum over `size` rows. */
@inline
function blockRows(size: i32): i32 {
  return size < LONG_SUM ? 1 : BLOCK_ROWS;
}

/** The two lower lanes as float64. */
@inline
function low(lanes: v128): v128 {
  return f64x2.promote_low_f32x4(lanes);
}

/** The two upper lanes as float64. */
@inline
function high(lanes: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(lanes, lanes, 2, 3, 2, 3));
}

@inline
function joined(left: v128, right: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(left), f32x4.demote_f64x2_zero(right), 0, 1, 4, 5);
}

/** Sums of 16 adjacent columns: one line of the cache in every row. */
function sumSixteen(x: usize, size: i32, stride: usize, out: usize): void {
  const zero = f64x2.splat(0);
  let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
  const stop = x + <usize>size * stride, step = stride * <usize>blockRows(size);
  for (let block = x; block < stop; block += step) {
    let a = f32x4.splat(0), b = a, c = a, d = a;
    const blockStop = min(stop, block + step);
    for (let row = block; row < blockStop; row += stride) {
      a = f32x4.add(a, v128.load(row));
      b = f32x4.add(b, v128.load(row, 16));
      c = f32x4.add(c, v128.load(row, 32));
      d = f32x4.add(d, v128.load(row, 48));
    }
    a0 = f64x2.add(a0, low(a));
    a1 = f64x2.add(a1, high(a));
    b0 = f64x2.add(b0, low(b));
    b1 = f64x2.add(b1, high(b));
    c0 = f64x2.add(c0, low(c));
    c1 = f64x2.add(c1, high(c));
    d0 = f64x2.add(d0, low(d));
    d1 = f64x2.add(d1, high(d));
  }
  v128.store(out, joined(a0, a1));
  v128.store(out, joined(b0, b1), 16);
  v128.store(out, joined(c0, c1), 32);
  v128.store(out, joined(d0, d1), 48);
}

/** Sums of four adjacent columns, with the arithmetic of sumSixteen. */
function sumFour(x: usize, size: i32, stride: usize, out: usize): void {
  let a0 = f64x2.splat(0), a1 = a0;
  const stop = x + <usize>size * stride, step = stride * <usize>blockRows(size);
  for (let block = x; block < stop; block += step) {
    let a = f32x4.splat(0);
    const blockStop = min(stop, block + step);
    for (let row = block; row < blockStop; row += stride) a = f32x4.add(a, v128.load(row));
    a0 = f64x2.add(a0, low(a));
    a1 = f64x2.add(a1, high(a));
  }
  v128.store(out, joined(a0, a1));
}

/** The sum of one column, with the arithmetic of sumSixteen. */
function sumOne(x: usize, size: i32, stride: usize, out: usize): void {
  let sum: f64 = 0;
  const stop = x + <usize>size * stride, step = stride * <usize>blockRows(size);
  for (let block = x; block < stop; block += step) {
    let blockSum: f32 = 0;
    const blockStop = min(stop, block + step);
    for (let row = block; row < blockStop; row += stride) blockSum += load<f32>(row);
    sum += <f64>blockSum;
  }
  store<f32>(out, <f32>sum);
}

/** The sum of `size` adjacent floats. */
export function sumRun(x: usize, size: i32): f64 {
  let a = f64x2.splat(0), b = a;
  const end = x + floats(size);
  if (size >= LONG_SUM) {
    for (const wholeStop = x + floats(size & ~31); x < wholeStop; ) {
      const block = blockSum(x, min(<i32>((wholeStop - x) >> 2), BLOCK_FLOATS));
      a = f64x2.add(a, low(block));
      b = f64x2.add(b, high(block));
      x = min(wholeStop, x + floats(BLOCK_FLOATS));
    }
  }
  for (const stop = x + ((end - x) & ~15); x < stop; x += 16) {
    const lanes = v128.load(x);
    a = f64x2.add(a, low(lanes));
    b = f64x2.add(b, high(lanes));
  }
  a = f64x2.add(a, b);
  let rest: f64 = 0;
  for (; x < end; x += 4) rest += <f64>load<f32>(x);
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1) + rest;
}

/** Sums of `count` floats, a multiple of 32, in four lanes; at most BLOCK_FLOATS. */
@inline
function blockSum(x: usize, count: i32): v128 {
  let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  for (const stop = x + floats(count); x < stop; x += 128) {
    a = f32x4.add(a, v128.load(x));
    b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32));
    d = f32x4.add(d, v128.load(x, 48));
    e = f32x4.add(e, v128.load(x, 64));
    f = f32x4.add(f, v128.load(x, 80));
    g = f32x4.add(g, v128.load(x, 96));
    h = f32x4.add(h, v128.load(x, 112));
  }
  const left = f32x4.add(f32x4.add(a, c), f32x4.add(e, g)), right = f32x4.add(f32x4.add(b, d), f32x4.add(f, h));
  return f32x4.add(left, right);
}

/** The largest of `size` adjacent floats (size >= 1); NaN if one is NaN. */
export function maxRun(x: usize, size: i32): f32 {
  const end = x + floats(size);
  let a = v128.load_splat<f32>(x), b = a, c = a, d = a;
  for (const stop = x + floats(size & ~15); x < stop; x += 64) {
    a = f32x4.max(a, v128.load(x));
    b = f32x4.max(b, v128.load(x, 16));
    c = f32x4.max(c, v128.load(x, 32));
    d = f32x4.max(d, v128.load(x, 48));
  }
  a = f32x4.max(f32x4.max(a, c), f32x4.max(b, d));
  let largest = max(
    max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
  for (; x < end; x += 4) largest = max(largest, load<f32>(x));
  return largest;
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
