// Copies and sums of short runs of floats, the inner loops of gathers, slices and concatenations.
//
// memory.copy is a call into the engine: about 10 ns for any length below 1 KB (Node 20 and 24). A
// loop of two vectors is faster up to some 500 bytes.

import { floats } from './lanes';

/** Floats up to which a loop is faster than memory.copy. */
const SHORT_RUN: i32 = 128;

/** to = from, `count` floats. */
export function moveRun(to: usize, from: usize, count: i32): void {
  if (count > SHORT_RUN) {
    memory.copy(to, from, floats(count));
    return;
  }
  const stop = to + floats(count), wholeStop = to + floats(count & ~7);
  for (; to < wholeStop; to += 32, from += 32) {
    const left = v128.load(from), right = v128.load(from, 16);
    v128.store(to, left);
    v128.store(to, right, 16);
  }
  for (; to < stop; to += 4, from += 4) store<f32>(to, load<f32>(from));
}

/** `rows` runs of `width` floats; the strides are the distances of the runs in bytes. */
export function moveRows(
  to: usize, toStride: usize, from: usize, fromStride: usize, rows: i32, width: i32,
): void {
  const stop = to + <usize>rows * toStride;
  if (width == 1) {
    for (; to != stop; to += toStride, from += fromStride) store<f32>(to, load<f32>(from));
  } else if (width == 2) {
    for (; to != stop; to += toStride, from += fromStride) store<u64>(to, load<u64>(from));
  } else if (width == 4) {
    for (; to != stop; to += toStride, from += fromStride) v128.store(to, v128.load(from));
  } else {
    for (; to != stop; to += toStride, from += fromStride) moveRun(to, from, width);
  }
}

/** to += from, `count` floats. */
export function addRun(to: usize, from: usize, count: i32): void {
  const stop = to + floats(count), wholeStop = to + floats(count & ~7);
  for (; to < wholeStop; to += 32, from += 32) {
    const left = f32x4.add(v128.load(to), v128.load(from));
    const right = f32x4.add(v128.load(to, 16), v128.load(from, 16));
    v128.store(to, left);
    v128.store(to, right, 16);
  }
  for (; to < stop; to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}

/** `count` floats at `to` = value. */
export function fillRun(to: usize, value: f32, count: i32): void {
  const lanes = f32x4.splat(value);
  const stop = to + floats(count), wholeStop = to + floats(count & ~7);
  for (; to < wholeStop; to += 32) {
    v128.store(to, lanes);
    v128.store(to, lanes, 16);
  }
  for (; to < stop; to += 4) store<f32>(to, value);
}
