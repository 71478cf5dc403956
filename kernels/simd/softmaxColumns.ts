// Softmax and log softmax along an axis that is not the innermost: lines of [outer, size, inner] with
// inner > 1, forward and backward.
//
// The passes go through memory row by row, with one maximum and one sum for each of up to 512 lines in
// scratch memory. Line by line, or in groups of lines, every element would be a cache line of its own,
// and with 1,024 columns all of them compete for few places in the cache.
// Unit of begin and end, everywhere: one line; there are outer * inner.
//
// Versions, axis 0 of 1024 x 1024, one thread, Node 24: reference loop 59 and 38 ms; groups of eight
// lines 8.3 and 8.8 ms; row by row 1.9 and 0.5 ms.

import { COLUMNS, addToSums, sumsAt } from './columns';
import { exp4 } from './exponential';
import { floats, splat } from './lanes';
import { moveRun } from './move';
import { maxRow } from './extremum';
import { gradOf, logOf, term } from './softmax';

/** Rows whose terms are added in float32 before float64 takes over. */
const GROUP: i32 = 4;

/** y = softmax of x along the axis, or log softmax if `isLog` is 1; `scratch`: see columnScratch. */
export function softmaxColumns(
  x: usize, size: i32, inner: i32, isLog: i32, y: usize, scratch: usize, begin: i32, end: i32,
): void {
  for (let line = begin; line < end; ) {
    const outer = line / inner, column = line - outer * inner;
    const offset = floats(outer * size * inner + column), columns = min(min(end - line, inner - column), COLUMNS);
    forwardBlock(x + offset, size, floats(inner), columns, isLog, y + offset, scratch);
    line += columns;
  }
}

function forwardBlock(
  x: usize, size: i32, stride: usize, columns: i32, isLog: i32, y: usize, scratch: usize,
): void {
  const tops = scratch, totals = scratch + floats(COLUMNS), sums = sumsAt(scratch);
  moveRun(tops, x, columns);
  for (let s = 1; s < size; s++) maxRow(tops, x + <usize>s * stride, columns);
  memory.fill(sums, 0, 2 * floats(columns));
  for (let s = 0; s < size; s += GROUP) {
    const offset = <usize>s * stride;
    addPowers(x + offset, stride, min(GROUP, size - s), columns, isLog, tops, y + offset, sums);
  }
  for (let c = 0; c < columns; c++) {
    const sum = load<f64>(sums + 2 * floats(c));
    store<f32>(totals + floats(c), isLog ? logOf(sum) : <f32>sum);
  }
  for (let s = 0; s < size; s++) {
    const offset = <usize>s * stride;
    if (isLog) shiftRow(x + offset, tops, totals, columns, y + offset);
    else divideRow(y + offset, totals, columns);
  }
}

/** sums += e^(x - tops) of up to GROUP rows; without `isLog`, y = e^(x - tops). */
function addPowers(
  x: usize, stride: usize, rows: i32, columns: i32, isLog: i32, tops: usize, y: usize, sums: usize,
): void {
  let c = 0;
  for (; c + 8 <= columns; c += 8) {
    const top0 = v128.load(tops + floats(c)), top1 = v128.load(tops + floats(c), 16);
    let left = f32x4.splat(0), right = left;
    let from = x + floats(c), to = y + floats(c);
    for (let row = 0; row < rows; row++, from += stride, to += stride) {
      const power0 = exp4(f32x4.sub(v128.load(from), top0)), power1 = exp4(f32x4.sub(v128.load(from, 16), top1));
      left = f32x4.add(left, power0);
      right = f32x4.add(right, power1);
      if (!isLog) {
        v128.store(to, power0);
        v128.store(to, power1, 16);
      }
    }
    addToSums(sums + 2 * floats(c), left, right);
  }
  for (; c < columns; c++) {
    const top = splat(tops + floats(c));
    let sum: f32 = 0, from = x + floats(c), to = y + floats(c);
    for (let row = 0; row < rows; row++, from += stride, to += stride) {
      const power = f32x4.extract_lane(exp4(f32x4.sub(splat(from), top)), 0);
      sum += power;
      if (!isLog) store<f32>(to, power);
    }
    const target = sums + 2 * floats(c);
    store<f64>(target, load<f64>(target) + <f64>sum);
  }
}

/** y = x - tops - logSums. */
function shiftRow(x: usize, tops: usize, logSums: usize, columns: i32, y: usize): void {
  let c = 0;
  for (; c + 8 <= columns; c += 8) {
    const offset = floats(c), from = x + offset, top = tops + offset, logSum = logSums + offset;
    const left = f32x4.sub(f32x4.sub(v128.load(from), v128.load(top)), v128.load(logSum));
    const right = f32x4.sub(f32x4.sub(v128.load(from, 16), v128.load(top, 16)), v128.load(logSum, 16));
    v128.store(y + offset, left);
    v128.store(y + offset, right, 16);
  }
  for (; c < columns; c++) {
    const offset = floats(c);
    store<f32>(y + offset, load<f32>(x + offset) - load<f32>(tops + offset) - load<f32>(logSums + offset));
  }
}

/** y /= divisors. */
function divideRow(y: usize, divisors: usize, columns: i32): void {
  const wholeStop = y + floats(columns & ~7), stop = y + floats(columns);
  for (; y < wholeStop; y += 32, divisors += 32) {
    const left = f32x4.div(v128.load(y), v128.load(divisors));
    const right = f32x4.div(v128.load(y, 16), v128.load(divisors, 16));
    v128.store(y, left);
    v128.store(y, right, 16);
  }
  for (; y < stop; y += 4, divisors += 4) store<f32>(y, load<f32>(y) / load<f32>(divisors));
}

/** See softmaxRowsGrad. */
export function softmaxColumnsGrad(
  grad: usize, y: usize, size: i32, inner: i32, isLog: i32, gradX: usize, scratch: usize, begin: i32, end: i32,
): void {
  for (let line = begin; line < end; ) {
    const outer = line / inner, column = line - outer * inner;
    const offset = floats(outer * size * inner + column), columns = min(min(end - line, inner - column), COLUMNS);
    backwardBlock(grad + offset, y + offset, size, floats(inner), columns, isLog, gradX + offset, scratch);
    line += columns;
  }
}

function backwardBlock(
  grad: usize, y: usize, size: i32, stride: usize, columns: i32, isLog: i32, gradX: usize, scratch: usize,
): void {
  const totals = scratch, sums = sumsAt(scratch);
  memory.fill(sums, 0, 2 * floats(columns));
  for (let s = 0; s < size; s += GROUP) {
    const offset = <usize>s * stride;
    addTerms(grad + offset, y + offset, stride, min(GROUP, size - s), columns, isLog, sums);
  }
  for (let c = 0; c < columns; c++) store<f32>(totals + floats(c), <f32>load<f64>(sums + 2 * floats(c)));
  for (let s = 0; s < size; s++) {
    const offset = <usize>s * stride;
    gradRow(grad + offset, y + offset, totals, columns, isLog, gradX + offset);
  }
}

/** sums += the terms of up to GROUP rows. */
function addTerms(grad: usize, y: usize, stride: usize, rows: i32, columns: i32, isLog: i32, sums: usize): void {
  let c = 0;
  for (; c + 8 <= columns; c += 8) {
    let left = f32x4.splat(0), right = left, g = grad + floats(c), p = y + floats(c);
    for (let row = 0; row < rows; row++, g += stride, p += stride) {
      left = f32x4.add(left, term(v128.load(g), v128.load(p), isLog));
      right = f32x4.add(right, term(v128.load(g, 16), v128.load(p, 16), isLog));
    }
    addToSums(sums + 2 * floats(c), left, right);
  }
  for (; c < columns; c++) {
    let sum: f32 = 0, g = grad + floats(c), p = y + floats(c);
    for (let row = 0; row < rows; row++, g += stride, p += stride) {
      sum += f32x4.extract_lane(term(splat(g), splat(p), isLog), 0);
    }
    const target = sums + 2 * floats(c);
    store<f64>(target, load<f64>(target) + <f64>sum);
  }
}

function gradRow(grad: usize, y: usize, totals: usize, columns: i32, isLog: i32, gradX: usize): void {
  let c = 0;
  for (; c + 8 <= columns; c += 8) {
    const g = grad + floats(c), p = y + floats(c), total = totals + floats(c), to = gradX + floats(c);
    const left = gradOf(v128.load(g), v128.load(p), v128.load(total), isLog);
    const right = gradOf(v128.load(g, 16), v128.load(p, 16), v128.load(total, 16), isLog);
    v128.store(to, left);
    v128.store(to, right, 16);
  }
  for (; c < columns; c++) {
    const offset = floats(c);
    const value = gradOf(splat(grad + offset), splat(y + offset), splat(totals + offset), isLog);
    v128.store_lane<f32>(gradX + offset, value, 0);
  }
}
