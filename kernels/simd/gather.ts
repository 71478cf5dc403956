// Reads and sums at indices: rows of a table (an embedding), and elements along one axis of
// [outer, size, inner] arrays. The kernels of kernels/gather.ts and gatherRows of kernels/layout.ts.
//
// Versions of the gradient of an embedding of 30,000 x 64 and 16,384 tokens, one thread, Node 24:
// every row of the table compares all tokens 19.6 s; one pass over the tokens 1.7 ms.

import { floats } from './lanes';
import { addRun, fillRun, moveRun } from './move';

/** Lines whose sums are computed together: one line of the cache, so that the sums stay in it. */
const LINE_BLOCK: i32 = 16;

/** The position that an index stands for; -1 if it is not an integer from 0 to size - 1. */
@inline
function positionOf(index: f32, size: i32): i32 {
  const position = <i32>index; // saturates; 0 for NaN
  return <f32>position == index && <u32>position < <u32>size ? position : -1;
}

/**
 * y [count, width] = rows of table [rows, width] at `indices` [count]; `invalid` for an invalid
 * index. Unit of begin and end: one index.
 */
export function gatherRows(
  table: usize, indices: usize, rows: i32, width: i32, invalid: f32, y: usize, begin: i32, end: i32,
): void {
  const stride = floats(width);
  for (let i = begin; i < end; i++) {
    const to = y + <usize>i * stride;
    const position = positionOf(load<f32>(indices + floats(i)), rows);
    if (position >= 0) moveRun(to, table + <usize>position * stride, width);
    else fillRun(to, invalid, width);
  }
}

/**
 * gradTable [rows, width]: each row is the sum of the rows of grad [count, width] with its index, in
 * their order. Invalid indices are ignored. Unit of begin and end: one row of the table. Each call
 * reads all indices, so few large ranges are faster than many small ones.
 */
export function gatherRowsGrad(
  grad: usize, indices: usize, count: i32, width: i32, gradTable: usize, begin: i32, end: i32,
): void {
  const stride = floats(width);
  memory.fill(gradTable + <usize>begin * stride, 0, <usize>(end - begin) * stride);
  for (let i = 0; i < count; i++) {
    const row = positionOf(load<f32>(indices + floats(i)), end);
    if (row >= begin) addRun(gradTable + <usize>row * stride, grad + <usize>i * stride, width);
  }
}

/**
 * y[o, c, i] = x[o, index[o, c, i], i], `invalid` (NaN) for an invalid index.
 * Unit of begin and end: one row of `inner` elements; there are outer * count.
 */
export function gatherAxis(
  x: usize, index: usize, size: i32, count: i32, inner: i32, invalid: f32, y: usize, begin: i32, end: i32,
): void {
  const slabBytes = floats(size) * <usize>inner;
  for (let row = begin; row < end; ) {
    const outer = row / count;
    const rows = min(end - row, (outer + 1) * count - row);
    const slab = x + <usize>outer * slabBytes, first = floats(row) * <usize>inner;
    if (inner == 1) gatherRun(slab, index + first, size, 1, 0, invalid, y + first, rows);
    else for (let c = 0; c < rows; c++) {
      const offset = first + floats(c) * <usize>inner;
      gatherRun(slab, index + offset, size, inner, 1, invalid, y + offset, inner);
    }
    row += rows;
  }
}

/**
 * y[i] = x[index[i] * stride + i * columnStride] for `count` elements: one line of adjacent elements
 * with strides 1 and 0, one row of several lines with strides inner and 1.
 */
@inline
function gatherRun(
  x: usize, index: usize, size: i32, stride: i32, columnStride: i32, invalid: f32, y: usize, count: i32,
): void {
  const sizes = i32x4.splat(size), strides = i32x4.splat(stride);
  let columns = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(columnStride));
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const indices = v128.load(index + floats(i)), positions = i32x4.trunc_sat_f32x4_s(indices);
    const isWhole = f32x4.eq(f32x4.convert_i32x4_s(positions), indices);
    const to = y + floats(i);
    if (i32x4.all_true(v128.and(isWhole, i32x4.lt_u(positions, sizes)))) {
      const elements = i32x4.add(i32x4.mul(positions, strides), columns);
      store<f32>(to, load<f32>(x + floats(i32x4.extract_lane(elements, 0))));
      store<f32>(to, load<f32>(x + floats(i32x4.extract_lane(elements, 1))), 4);
      store<f32>(to, load<f32>(x + floats(i32x4.extract_lane(elements, 2))), 8);
      store<f32>(to, load<f32>(x + floats(i32x4.extract_lane(elements, 3))), 12);
    } else {
      for (let k = i; k < i + 4; k++) gatherOne(x, index, size, stride, columnStride, invalid, y, k);
    }
    columns = i32x4.add(columns, i32x4.splat(4 * columnStride));
  }
  for (; i < count; i++) gatherOne(x, index, size, stride, columnStride, invalid, y, i);
}

function gatherOne(
  x: usize, index: usize, size: i32, stride: i32, columnStride: i32, invalid: f32, y: usize, i: i32,
): void {
  const position = positionOf(load<f32>(index + floats(i)), size);
  const element = position * stride + i * columnStride;
  store<f32>(y + floats(i), position >= 0 ? load<f32>(x + floats(element)) : invalid);
}

/**
 * y[o, s, i] = sum of source[o, c, i] over all c with index[o, c, i] = s, in the order of c. An
 * invalid index adds `invalid` to its whole line [o, :, i].
 * Unit of begin and end: one line; there are outer * inner.
 */
export function scatterAddAxis(
  index: usize, source: usize, size: i32, count: i32, inner: i32, invalid: f32, y: usize, begin: i32, end: i32,
): void {
  if (inner == 1) {
    for (let line = begin; line < end; line++) {
      const first = floats(line) * <usize>count;
      scatterLine(index + first, source + first, size, count, invalid, y + floats(line) * <usize>size);
    }
    return;
  }
  for (let line = begin; line < end; ) {
    const outer = line / inner, column = line - outer * inner;
    const lines = min(min(end - line, inner - column), LINE_BLOCK);
    const first = floats(outer * count * inner + column);
    scatterLines(
      index + first, source + first, size, count, inner, invalid, y + floats(outer * size * inner + column), lines,
    );
    line += lines;
  }
}

/** One line of adjacent elements. */
function scatterLine(index: usize, source: usize, size: i32, count: i32, invalid: f32, y: usize): void {
  const sizes = i32x4.splat(size);
  fillRun(y, 0, size);
  let hasInvalid = false, c = 0;
  for (; c + 4 <= count; c += 4) {
    const indices = v128.load(index + floats(c)), positions = i32x4.trunc_sat_f32x4_s(indices);
    const isWhole = f32x4.eq(f32x4.convert_i32x4_s(positions), indices);
    if (!i32x4.all_true(v128.and(isWhole, i32x4.lt_u(positions, sizes)))) {
      for (let k = c; k < c + 4; k++) hasInvalid = !scatterOne(index, source, size, y, k) || hasInvalid;
      continue;
    }
    const from = source + floats(c);
    addTo(y + floats(i32x4.extract_lane(positions, 0)), load<f32>(from));
    addTo(y + floats(i32x4.extract_lane(positions, 1)), load<f32>(from, 4));
    addTo(y + floats(i32x4.extract_lane(positions, 2)), load<f32>(from, 8));
    addTo(y + floats(i32x4.extract_lane(positions, 3)), load<f32>(from, 12));
  }
  for (; c < count; c++) hasInvalid = !scatterOne(index, source, size, y, c) || hasInvalid;
  if (hasInvalid) addInvalid(index, size, count, 4, invalid, y, 1);
}

@inline
function addTo(target: usize, value: f32): void {
  store<f32>(target, load<f32>(target) + value);
}

/** Whether the index is valid. */
function scatterOne(index: usize, source: usize, size: i32, y: usize, c: i32): bool {
  const position = positionOf(load<f32>(index + floats(c)), size);
  if (position >= 0) addTo(y + floats(position), load<f32>(source + floats(c)));
  return position >= 0;
}

/** At most `LINE_BLOCK` adjacent lines, row by row. */
function scatterLines(
  index: usize, source: usize, size: i32, count: i32, inner: i32, invalid: f32, y: usize, lines: i32,
): void {
  const stride = floats(inner);
  for (let s = 0; s < size; s++) fillRun(y + <usize>s * stride, 0, lines);
  const width = floats(lines);
  let hasInvalid = false;
  for (let c = 0, row: usize = 0; c < count; c++, row += stride) {
    for (let from = row, column: usize = 0; column < width; column += 4, from += 4) {
      const position = positionOf(load<f32>(index + from), size);
      if (position < 0) {
        hasInvalid = true;
        continue;
      }
      const target = y + <usize>position * stride + column;
      store<f32>(target, load<f32>(target) + load<f32>(source + from));
    }
  }
  if (hasInvalid) addInvalid(index, size, count, stride, invalid, y, lines);
}

/** Adds `invalid` to the lines with an invalid index. */
function addInvalid(
  index: usize, size: i32, count: i32, stride: usize, invalid: f32, y: usize, lines: i32,
): void {
  for (let i = 0; i < lines; i++) {
    let isInvalid = false;
    for (let c = 0; c < count && !isInvalid; c++) {
      isInvalid = positionOf(load<f32>(index + <usize>c * stride + floats(i)), size) < 0;
    }
    if (!isInvalid) continue;
    for (let s = 0; s < size; s++) {
      const target = y + <usize>s * stride + floats(i);
      store<f32>(target, load<f32>(target) + invalid);
    }
  }
}
