// Sums along one axis of an array [outer, size, inner]: the kernel sumAxis of kernels/reduce.ts.
// extremum.ts contains maxima, columns.ts sums of many columns. As jobs, small reductions do not make
// the main thread wait for the queue.
//
// Versions, sum of 1024 x 1024, one thread, Node 24: in float64 0.20 ms; blocks in float32 0.07 ms.

import { floats } from './lanes';

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
