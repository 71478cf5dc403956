// Layer norm, group norm and RMS norm: rows of x [rows, size] shifted to mean 0 and scaled to variance
// 1 (RMS norm: mean square 1), times a weight plus a bias. The routines of
// src/engine/ops/internal/normalize.ts.
//
// A row consists of segments of `inner` floats with one weight and bias each. Row r belongs to group
// r % groups, whose weights start at (r % groups) * size / inner. Layer norm and RMS norm have one
// group and inner = 1.
//
// Sums are added in blocks in float32, and the sums of the blocks in float64.
//
// Versions, 8192 x 128 with weight and bias, one thread, Node 24: composed of eleven launches 14 ms,
// gradient 68 ms; one function 0.6 and 1.0 ms.

import { floats, fma, splat, sumLanes } from './lanes';
import { sumRun } from './reduce';

/** Floats summed in float32 before float64 takes over. */
const BLOCK: i32 = 512;

/** The parameters of four elements: their own for `each`, otherwise one for all. */
@inline
function parameters(pointer: usize, offset: usize, each: bool): v128 {
  return each ? v128.load(pointer + offset) : splat(pointer);
}

@inline
function parameter(pointer: usize, offset: usize, each: bool): f32 {
  return load<f32>(each ? pointer + offset : pointer);
}

/**
 * y = (x - mean) * inverse * weight + bias with inverse = 1 / sqrt(mean square of x - mean + epsilon);
 * mean is 0 unless `centered` is 1. Stores the mean and the inverse of each row.
 * Unit of begin and end: one row.
 */
export function normalizeRows(
  x: usize, weight: usize, bias: usize, size: i32, groups: i32, inner: i32, centered: i32, epsilon: f64,
  y: usize, means: usize, inverses: usize, begin: i32, end: i32,
): void {
  const perGroup = size / inner;
  for (let row = begin; row < end; row++) {
    const offset = floats(row) * <usize>size, first = floats((row % groups) * perGroup);
    const mean = centered ? <f32>(sumRun(x + offset, size) / <f64>size) : 0;
    const inverse = <f32>(1 / sqrt(squares(x + offset, mean, size) / <f64>size + epsilon));
    store<f32>(means + floats(row), mean);
    store<f32>(inverses + floats(row), inverse);
    if (inner == 1) {
      scaleSegment(x + offset, weight + first, bias + first, size, mean, inverse, y + offset, true);
    } else {
      for (let k = 0; k < perGroup; k++) {
        const start = offset + floats(k * inner), p = first + floats(k);
        scaleSegment(x + start, weight + p, bias + p, inner, mean, inverse, y + start, false);
      }
    }
  }
}

/** Sum of (x - mean)^2. */
function squares(x: usize, mean: f32, size: i32): f64 {
  const means = f32x4.splat(mean);
  let total: f64 = 0;
  for (let first = 0; first < size; first += BLOCK) {
    const stop = min(size, first + BLOCK);
    let left = f32x4.splat(0), right = left, k = first;
    for (; k + 8 <= stop; k += 8) {
      const a = f32x4.sub(v128.load(x + floats(k)), means), b = f32x4.sub(v128.load(x + floats(k), 16), means);
      left = fma(left, a, a);
      right = fma(right, b, b);
    }
    let sum = sumLanes(f32x4.add(left, right));
    for (; k < stop; k++) {
      const deviation = load<f32>(x + floats(k)) - mean;
      sum += deviation * deviation;
    }
    total += <f64>sum;
  }
  return total;
}

@inline
function scaleSegment(
  x: usize, weight: usize, bias: usize, count: i32, mean: f32, inverse: f32, y: usize, each: bool,
): void {
  const means = f32x4.splat(mean), inverses = f32x4.splat(inverse);
  let k = 0;
  for (; k + 8 <= count; k += 8) {
    const offset = floats(k), from = x + offset, to = y + offset;
    const a = f32x4.mul(f32x4.sub(v128.load(from), means), inverses);
    const b = f32x4.mul(f32x4.sub(v128.load(from, 16), means), inverses);
    const left = fma(parameters(bias, offset, each), a, parameters(weight, offset, each));
    const right = fma(parameters(bias, offset + 16, each), b, parameters(weight, offset + 16, each));
    v128.store(to, left);
    v128.store(to, right, 16);
  }
  for (; k < count; k++) {
    const offset = floats(k);
    const a = f32x4.mul(f32x4.sub(splat(x + offset), means), inverses);
    const shift = f32x4.splat(parameter(bias, offset, each));
    v128.store_lane<f32>(y + offset, fma(shift, a, f32x4.splat(parameter(weight, offset, each))), 0);
  }
}

/** Sums of a row: of g and of g * n with g = grad * weight and n = (x - mean) * inverse. */
let rowSum: f64 = 0, rowProduct: f64 = 0;

/**
 * gradX = inverse * (g - mean of g - n * mean of g * n); without the mean of g unless `centered` is 1.
 * Unit of begin and end: one row.
 */
export function normalizeRowsGrad(
  grad: usize, x: usize, weight: usize, means: usize, inverses: usize, size: i32, groups: i32, inner: i32,
  centered: i32, gradX: usize, begin: i32, end: i32,
): void {
  const perGroup = size / inner;
  for (let row = begin; row < end; row++) {
    const offset = floats(row) * <usize>size, first = floats((row % groups) * perGroup);
    const mean = load<f32>(means + floats(row)), inverse = load<f32>(inverses + floats(row));
    rowSum = 0;
    rowProduct = 0;
    if (inner == 1) addSegment(grad + offset, x + offset, weight + first, size, mean, inverse, true);
    else for (let k = 0; k < perGroup; k++) {
      const start = offset + floats(k * inner);
      addSegment(grad + start, x + start, weight + first + floats(k), inner, mean, inverse, false);
    }
    const meanGrad = centered ? <f32>(rowSum / <f64>size) : 0, slope = <f32>(rowProduct / <f64>size);
    if (inner == 1) {
      gradSegment(grad + offset, x + offset, weight + first, size, mean, inverse, meanGrad, slope, gradX + offset, true);
    } else for (let k = 0; k < perGroup; k++) {
      const start = offset + floats(k * inner), w = weight + first + floats(k);
      gradSegment(grad + start, x + start, w, inner, mean, inverse, meanGrad, slope, gradX + start, false);
    }
  }
}

/** Adds the sums of one segment to those of the row. */
@inline
function addSegment(
  grad: usize, x: usize, weight: usize, size: i32, mean: f32, inverse: f32, each: bool,
): void {
  const means = f32x4.splat(mean), inverses = f32x4.splat(inverse);
  for (let first = 0; first < size; first += BLOCK) {
    const stop = min(size, first + BLOCK);
    let sum0 = f32x4.splat(0), sum1 = sum0, product0 = sum0, product1 = sum0, k = first;
    for (; k + 8 <= stop; k += 8) {
      const offset = floats(k), g = grad + offset, from = x + offset;
      const g0 = f32x4.mul(v128.load(g), parameters(weight, offset, each));
      const g1 = f32x4.mul(v128.load(g, 16), parameters(weight, offset + 16, each));
      const n0 = f32x4.mul(f32x4.sub(v128.load(from), means), inverses);
      const n1 = f32x4.mul(f32x4.sub(v128.load(from, 16), means), inverses);
      sum0 = f32x4.add(sum0, g0);
      sum1 = f32x4.add(sum1, g1);
      product0 = fma(product0, g0, n0);
      product1 = fma(product1, g1, n1);
    }
    let sum = sumLanes(f32x4.add(sum0, sum1)), product = sumLanes(f32x4.add(product0, product1));
    for (; k < stop; k++) {
      const offset = floats(k), g = load<f32>(grad + offset) * parameter(weight, offset, each);
      sum += g;
      product += g * ((load<f32>(x + offset) - mean) * inverse);
    }
    rowSum += <f64>sum;
    rowProduct += <f64>product;
  }
}

@inline
function gradSegment(
  grad: usize, x: usize, weight: usize, count: i32, mean: f32, inverse: f32, meanGrad: f32, slope: f32,
  gradX: usize, each: bool,
): void {
  const means = f32x4.splat(mean), inverses = f32x4.splat(inverse);
  const shift = f32x4.splat(meanGrad), slopes = f32x4.splat(slope);
  let k = 0;
  for (; k + 8 <= count; k += 8) {
    const offset = floats(k), from = x + offset, g = grad + offset, to = gradX + offset;
    const n0 = f32x4.mul(f32x4.sub(v128.load(from), means), inverses);
    const n1 = f32x4.mul(f32x4.sub(v128.load(from, 16), means), inverses);
    const g0 = f32x4.sub(f32x4.mul(v128.load(g), parameters(weight, offset, each)), shift);
    const g1 = f32x4.sub(f32x4.mul(v128.load(g, 16), parameters(weight, offset + 16, each)), shift);
    const left = f32x4.mul(f32x4.sub(g0, f32x4.mul(n0, slopes)), inverses);
    const right = f32x4.mul(f32x4.sub(g1, f32x4.mul(n1, slopes)), inverses);
    v128.store(to, left);
    v128.store(to, right, 16);
  }
  for (; k < count; k++) {
    const offset = floats(k);
    const n = (load<f32>(x + offset) - mean) * inverse;
    const g = load<f32>(grad + offset) * parameter(weight, offset, each) - meanGrad;
    store<f32>(gradX + offset, (g - n * slope) * inverse);
  }
}
