// Reductions along one axis of an array [outer, size, inner]: sum and argmax. The kernels of
// kernels/reduce.ts. The arrays are small (biases, losses, predictions); as jobs they do not make
// the main thread wait for the queue.
// Unit of begin and end, everywhere: one output element, [outer, inner] in row-major order.

import { floats } from './lanes';

/** Sums in float64, like the reference backend, so the order of the terms hardly matters. */
export function sumAxis(x: usize, size: i32, inner: i32, out: usize, begin: i32, end: i32): void {
  const stride = floats(inner);
  let o = begin;
  while (o < end) {
    const outer = o / inner, i = o - outer * inner;
    const first = x + floats(outer * size * inner + i);
    if (min(end - o, inner - i) >= 4) {
      sumFour(first, size, stride, out + floats(o));
      o += 4;
    } else {
      store<f32>(out + floats(o), <f32>(inner == 1 ? sumRun(first, size) : sumOne(first, size, stride)));
      o += 1;
    }
  }
}

/** Four adjacent outputs. */
function sumFour(x: usize, size: i32, stride: usize, out: usize): void {
  let low = f64x2.splat(0), high = low;
  for (const stop = x + <usize>size * stride; x < stop; x += stride) {
    const lanes = v128.load(x);
    low = f64x2.add(low, f64x2.promote_low_f32x4(lanes));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(lanes, lanes, 2, 3, 2, 3)));
  }
  const left = f32x4.demote_f64x2_zero(low), right = f32x4.demote_f64x2_zero(high);
  v128.store(out, v128.shuffle<f32>(left, right, 0, 1, 4, 5));
}

/** A contiguous run: two pairs of sums hide the latency of addition. */
function sumRun(x: usize, size: i32): f64 {
  let a = f64x2.splat(0), b = a;
  const end = x + floats(size);
  for (const stop = x + floats(size & ~3); x < stop; x += 16) {
    const lanes = v128.load(x);
    a = f64x2.add(a, f64x2.promote_low_f32x4(lanes));
    b = f64x2.add(b, f64x2.promote_low_f32x4(v128.shuffle<f32>(lanes, lanes, 2, 3, 2, 3)));
  }
  a = f64x2.add(a, b);
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1) + sumOne(x, <i32>((end - x) >> 2), 4);
}

function sumOne(x: usize, size: i32, stride: usize): f64 {
  let sum: f64 = 0;
  for (const stop = x + <usize>size * stride; x < stop; x += stride) sum += <f64>load<f32>(x);
  return sum;
}

/** Index of the maximum: the first of equal values, or the first NaN. */
export function argMax(x: usize, size: i32, inner: i32, out: usize, begin: i32, end: i32): void {
  const stride = floats(inner);
  for (let o = begin; o < end; o++) {
    const outer = o / inner;
    let element = x + floats(outer * size * inner + o - outer * inner);
    let largest = load<f32>(element), best = 0;
    for (let s = 1; s < size; s++) {
      element += stride;
      const value = load<f32>(element);
      if (value > largest || (value != value && largest == largest)) {
        largest = value;
        best = s;
      }
    }
    store<f32>(out + floats(o), <f32>best);
  }
}
