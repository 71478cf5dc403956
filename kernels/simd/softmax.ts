// Softmax and log softmax of rows [rows, size], forward and backward; softmaxColumns.ts is for other
// axes. The routines of src/engine/ops/softmax.ts. Sums are added in blocks in float32, and the sums
// of the blocks in float64. Unit of begin and end, everywhere: one row.
//
// Versions, 1024 x 1024, one thread, Node 24: five launches, the gradient in JavaScript, 5.6 and
// 19 ms; one function 1.6 and 0.3 ms.

import { floats, splat, sumLanes } from './lanes';
import { exp4, log1 } from './exponential';
import { maxRun } from './extremum';

/** Floats summed in float32 before float64 takes over. */
const BLOCK: i32 = 512;

/** y = softmax of x along the axis, or log softmax if `isLog` is 1. */
export function softmaxRows(x: usize, size: i32, isLog: i32, y: usize, begin: i32, end: i32): void {
  const width = floats(size);
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * width;
    if (isLog) logSoftmaxRow(x + offset, size, y + offset);
    else softmaxRow(x + offset, size, y + offset);
  }
}

function softmaxRow(x: usize, size: i32, y: usize): void {
  const shift = f32x4.splat(maxRun(x, size));
  let total: f64 = 0;
  for (let first = 0; first < size; first += BLOCK) {
    const stop = min(size, first + BLOCK);
    let left = f32x4.splat(0), right = left, k = first;
    for (; k + 8 <= stop; k += 8) {
      const from = x + floats(k), to = y + floats(k);
      const a = exp4(f32x4.sub(v128.load(from), shift)), b = exp4(f32x4.sub(v128.load(from, 16), shift));
      left = f32x4.add(left, a);
      right = f32x4.add(right, b);
      v128.store(to, a);
      v128.store(to, b, 16);
    }
    let sum = sumLanes(f32x4.add(left, right));
    for (; k < stop; k++) {
      const power = f32x4.extract_lane(exp4(f32x4.sub(splat(x + floats(k)), shift)), 0);
      store<f32>(y + floats(k), power);
      sum += power;
    }
    total += <f64>sum;
  }
  const divisor = <f32>total, divisors = f32x4.splat(divisor);
  let k = 0;
  for (; k + 8 <= size; k += 8) {
    const to = y + floats(k);
    const a = f32x4.div(v128.load(to), divisors), b = f32x4.div(v128.load(to, 16), divisors);
    v128.store(to, a);
    v128.store(to, b, 16);
  }
  for (; k < size; k++) store<f32>(y + floats(k), load<f32>(y + floats(k)) / divisor);
}

/** ln of a sum of exponentials, at least 1 or NaN, which log1 does not accept. */
@inline
export function logOf(sum: f64): f32 {
  return sum == sum ? <f32>log1(sum) : NaN;
}

function logSoftmaxRow(x: usize, size: i32, y: usize): void {
  const largest = maxRun(x, size), shift = f32x4.splat(largest);
  let total: f64 = 0;
  for (let first = 0; first < size; first += BLOCK) {
    const stop = min(size, first + BLOCK);
    let left = f32x4.splat(0), right = left, k = first;
    for (; k + 8 <= stop; k += 8) {
      const from = x + floats(k);
      left = f32x4.add(left, exp4(f32x4.sub(v128.load(from), shift)));
      right = f32x4.add(right, exp4(f32x4.sub(v128.load(from, 16), shift)));
    }
    let sum = sumLanes(f32x4.add(left, right));
    for (; k < stop; k++) sum += f32x4.extract_lane(exp4(f32x4.sub(splat(x + floats(k)), shift)), 0);
    total += <f64>sum;
  }
  // The maximum is subtracted first: its digits would cost those of the logarithm.
  const logSum = logOf(total), logSums = f32x4.splat(logSum);
  let k = 0;
  for (; k + 8 <= size; k += 8) {
    const from = x + floats(k), to = y + floats(k);
    const a = f32x4.sub(f32x4.sub(v128.load(from), shift), logSums);
    const b = f32x4.sub(f32x4.sub(v128.load(from, 16), shift), logSums);
    v128.store(to, a);
    v128.store(to, b, 16);
  }
  for (; k < size; k++) store<f32>(y + floats(k), load<f32>(x + floats(k)) - largest - logSum);
}

/**
 * gradX = y * (grad - s) with s = sum of grad * y over the line for y = softmax, and
 * grad - e^y * s with s = sum of grad for y = log softmax.
 */
export function softmaxRowsGrad(
  grad: usize, y: usize, size: i32, isLog: i32, gradX: usize, begin: i32, end: i32,
): void {
  const width = floats(size);
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * width;
    gradRow(grad + offset, y + offset, size, isLog, gradX + offset);
  }
}

/** A term of the sum over a line. */
@inline
export function term(grad: v128, y: v128, isLog: i32): v128 {
  return isLog ? grad : f32x4.mul(grad, y);
}

@inline
export function gradOf(grad: v128, y: v128, sum: v128, isLog: i32): v128 {
  return isLog ? f32x4.sub(grad, f32x4.mul(exp4(y), sum)) : f32x4.mul(y, f32x4.sub(grad, sum));
}

function gradRow(grad: usize, y: usize, size: i32, isLog: i32, gradX: usize): void {
  let total: f64 = 0;
  for (let first = 0; first < size; first += BLOCK) {
    const stop = min(size, first + BLOCK);
    let left = f32x4.splat(0), right = left, k = first;
    for (; k + 8 <= stop; k += 8) {
      const g = grad + floats(k), p = y + floats(k);
      left = f32x4.add(left, term(v128.load(g), v128.load(p), isLog));
      right = f32x4.add(right, term(v128.load(g, 16), v128.load(p, 16), isLog));
    }
    let sum = sumLanes(f32x4.add(left, right));
    for (; k < stop; k++) sum += f32x4.extract_lane(term(splat(grad + floats(k)), splat(y + floats(k)), isLog), 0);
    total += <f64>sum;
  }
  const sum = f32x4.splat(<f32>total);
  let k = 0;
  for (; k + 8 <= size; k += 8) {
    const g = grad + floats(k), p = y + floats(k), to = gradX + floats(k);
    const a = gradOf(v128.load(g), v128.load(p), sum, isLog);
    const b = gradOf(v128.load(g, 16), v128.load(p, 16), sum, isLog);
    v128.store(to, a);
    v128.store(to, b, 16);
  }
  for (; k < size; k++) {
    v128.store_lane<f32>(gradX + floats(k), gradOf(splat(grad + floats(k)), splat(y + floats(k)), sum, isLog), 0);
  }
}

