// Gradients of slices. A slice took every `step`-th position from `start` of the middle axis of
// [outer, size, inner]; its gradient is grad [outer, count, inner].
// Unit of begin and end, everywhere: one row of `inner` floats of grad; there are outer * count.
//
// Versions, 512 slices of 2,048 of one million elements, backward, one thread, Node 24: an array of
// zeros and the gradient for every slice, added to the sum 9.0 s; in place 6 ms.

import { floats } from './lanes';
import { addRun, moveRows } from './move';

/** sum [outer, size, inner] += grad at the positions of the slice. */
export function addToSlice(
  sum: usize, size: i32, inner: i32, start: i32, step: i32, count: i32, grad: usize, begin: i32, end: i32,
): void {
  for (let row = begin; row < end; ) {
    const outer = row / count, position = row - outer * count;
    // The rows up to the end of this part of the axis are adjacent in grad; with step 1, in sum too.
    const rows = min(end - row, count - position);
    const to = sum + floats(outer * size + start + position * step) * <usize>inner;
    const from = grad + floats(row) * <usize>inner;
    if (step == 1) addRun(to, from, rows * inner);
    else addRows(to, floats(step * inner), from, rows, inner);
    row += rows;
  }
}

/** Adds rows of `width` adjacent floats to rows that are `stride` bytes apart. */
function addRows(to: usize, stride: usize, from: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++, to += stride, from += floats(width)) {
    if (width == 1) store<f32>(to, load<f32>(to) + load<f32>(from));
    else addRun(to, from, width);
  }
}

/** y [outer, size, inner] = grad at the positions of the slice; the others do not change. */
export function copyToSlice(
  y: usize, size: i32, inner: i32, start: i32, step: i32, count: i32, grad: usize, begin: i32, end: i32,
): void {
  const stride = floats(step * inner);
  for (let row = begin; row < end; ) {
    const outer = row / count, position = row - outer * count;
    const rows = min(end - row, count - position);
    const to = y + floats(outer * size + start + position * step) * <usize>inner;
    moveRows(to, stride, grad + floats(row) * <usize>inner, floats(inner), rows, inner);
    row += rows;
  }
}
