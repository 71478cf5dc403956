// Copies of strided views into contiguous arrays: slices, broadcasts, flips, permutations. The
// caller drops axes of size 1 and joins axes that one stride covers, so `axes` is the number that
// the copy needs.
//
// Versions, 1024 x 1024 transposed, one thread, Node 24: element by element 7.0 ms; in blocks of
// 16 x 8, which write whole cache lines, 0.6 ms.

import { floats } from './lanes';
import { transpose4x4 } from './layout';
import { fillRun, moveRows, moveRun } from './move';

/**
 * out = the strided view of x. `shape` and `strides` point to `axes` i32 each (axes >= 1); strides
 * count floats and may be 0 (broadcast) or negative. Unit of begin and end: one index of axis 0.
 */
export function stridedCopy(
  x: usize, axes: i32, shape: usize, strides: usize, out: usize, begin: i32, end: i32,
): void {
  const step = floats(load<i32>(strides));
  if (axes == 1) {
    copyLine(x + <usize>begin * step, step, out + floats(begin), end - begin);
    return;
  }
  if (axes == 2 && load<i32>(strides, 4) == 1) {
    const width = load<i32>(shape, 4), outStride = floats(width);
    moveRows(out + <usize>begin * outStride, outStride, x + <usize>begin * step, step, end - begin, width);
    return;
  }
  let size = 1; // floats under one index of axis 0
  for (let axis = 1; axis < axes; axis++) size *= load<i32>(shape + floats(axis));
  for (let i = begin; i < end; i++) {
    copyAxis(x + <usize>i * step, 1, axes, shape, strides, out + floats(size) * <usize>i, size);
  }
}

/**
 * Copies the view below `axis`, whose `size` floats land at `out`.
 * Recursion as deep as there are axes.
 */
function copyAxis(x: usize, axis: i32, axes: i32, shape: usize, strides: usize, out: usize, size: i32): void {
  const count = load<i32>(shape + floats(axis)), step = floats(load<i32>(strides + floats(axis)));
  if (axis == axes - 1) {
    copyLine(x, step, out, count);
    return;
  }
  const innerSize = size / count;
  if (axis == axes - 2) {
    const innerStep = floats(load<i32>(strides + floats(axis + 1)));
    if (innerStep == 4) {
      moveRows(out, floats(innerSize), x, step, count, innerSize);
    } else {
      for (let i = 0; i < count; i++, x += step, out += floats(innerSize)) copyLine(x, innerStep, out, innerSize);
    }
    return;
  }
  for (let i = 0; i < count; i++, x += step, out += floats(innerSize)) {
    copyAxis(x, axis + 1, axes, shape, strides, out, innerSize);
  }
}

/** `count` floats that are `step` bytes apart. */
@inline
function copyLine(x: usize, step: usize, out: usize, count: i32): void {
  if (step == 4) {
    moveRun(out, x, count);
  } else if (step == 0) {
    fillRun(out, load<f32>(x), count);
  } else {
    for (const stop = out + floats(count); out < stop; out += 4, x += step) store<f32>(out, load<f32>(x));
  }
}

/**
 * A permutation that moves the innermost axis: out = the view of x, one of whose axes, of `columns`
 * elements, is contiguous in x, and another, of `rows`, contiguous in out. `rowStride` is the stride
 * of the rows in x, `columnStride` that of the columns in out, in floats. The other axes are `axes`
 * triples of i32 at `table`: size, stride in x, stride in out.
 * Unit of begin and end: one column.
 */
export function permutedCopy(
  x: usize, rows: i32, rowStride: i32, columnStride: i32, axes: i32, table: usize, out: usize, begin: i32, end: i32,
): void {
  if (axes > 0) {
    const size = load<i32>(table), step = floats(load<i32>(table, 4)), outStep = floats(load<i32>(table, 8));
    for (let i = 0; i < size; i++, x += step, out += outStep) {
      permutedCopy(x, rows, rowStride, columnStride, axes - 1, table + 12, out, begin, end);
    }
    return;
  }
  const outStride = floats(columnStride);
  transposeBlocks(x + floats(begin), floats(rowStride), out + <usize>begin * outStride, outStride, rows, end - begin);
}

/** Rows and columns of a block. A line of the cache is 16 floats. */
const BLOCK_ROWS: i32 = 16;
const BLOCK_COLUMNS: i32 = 8;

/** to[j][i] = from[i][j] for i < rows, j < columns; strides in bytes. */
function transposeBlocks(
  from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32, columns: i32,
): void {
  for (let j = 0; j < columns; j += BLOCK_COLUMNS) {
    const width = min(BLOCK_COLUMNS, columns - j);
    for (let i = 0; i < rows; i += BLOCK_ROWS) {
      const height = min(BLOCK_ROWS, rows - i);
      const blockFrom = from + <usize>i * fromStride + floats(j), blockTo = to + <usize>j * toStride + floats(i);
      if (width == BLOCK_COLUMNS && height == BLOCK_ROWS) {
        for (let k = 0; k < BLOCK_ROWS; k += 4) {
          const source = blockFrom + <usize>k * fromStride, target = blockTo + floats(k);
          transpose4x4(source, fromStride, target, toStride);
          transpose4x4(source + 16, fromStride, target + 4 * toStride, toStride);
        }
      } else {
        transposeEdge(blockFrom, fromStride, blockTo, toStride, height, width);
      }
    }
  }
}

function transposeEdge(
  from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32, columns: i32,
): void {
  for (let j = 0; j < columns; j++) {
    const source = from + floats(j), target = to + <usize>j * toStride;
    for (let i = 0; i < rows; i++) store<f32>(target + floats(i), load<f32>(source + <usize>i * fromStride));
  }
}
