// Max-pooling over NHWC images, four channels at a time, and its gradient from the stored index of
// each maximum. The formulas are in kernels/pool.ts and adaptivePool.ts.
//
// `rows` and `columns` are tables of the OH and OW windows along each axis, as in windows.ts: first
// position, position after the last, and a divisor, which the maximum does not use.
//
// Versions, 2x2 stride 2 of 64 x 28x28 x 32, Node 20, one core:
//   one loop for every window: forward 1.56 ms, backward 1.36 ms
//   2x2 without loops, positions as small steps that need no conversion: forward 0.32 ms (30 GB/s)
//   whole vectors apart from the last, partial one: backward 0.46 ms (21 GB/s)

import { clear, floats, loadPart, storePart } from './lanes';
import { WINDOW_BYTES } from './windows';

/**
 * y [N, OH, OW, C] = largest value under each window, index = its position h * W + w in the plane,
 * as a float. The first of equal values in row-major order wins, or the last NaN, as in PyTorch;
 * padding never wins.
 * y or index may be 0: not computed.
 * Unit of begin and end: one image.
 */
export function maxPool(
  x: usize, H: i32, W: i32, C: i32, OH: i32, OW: i32, rows: usize, columns: usize, y: usize, index: usize,
  begin: i32, end: i32,
): void {
  const pixel = floats(C);
  let out = <usize>(begin * OH * OW) * pixel;
  for (let n = begin; n < end; n++) {
    const image = x + <usize>(n * H * W) * pixel;
    for (let i = 0; i < OH; i++) {
      const row = rows + <usize>i * WINDOW_BYTES, row0 = load<i32>(row), row1 = load<i32>(row, 4);
      for (let j = 0; j < OW; j++, out += pixel) {
        const column = columns + <usize>j * WINDOW_BYTES, column0 = load<i32>(column), column1 = load<i32>(column, 4);
        poolPixel(image, W, C, row0, row1, column0, column1, y != 0 ? y + out : 0, index != 0 ? index + out : 0);
      }
    }
  }
}

/**
 * All channels of one output pixel, whose window covers rows row0 .. row1 and columns
 * column0 .. column1 of the image.
 */
function poolPixel(
  image: usize, W: i32, C: i32, row0: i32, row1: i32, column0: i32, column1: i32, y: usize, index: usize,
): void {
  const first = row0 * W + column0, corner = image + floats(first) * <usize>C;
  if (row1 - row0 == 2 && column1 - column0 == 2) {
    let c = 0;
    for (; c + 4 <= C; c += 4) poolLanes2x2(corner, W, C, first, c, 4, y, index);
    if (c < C) poolLanes2x2(corner, W, C, first, c, C - c, y, index);
    return;
  }
  for (let c = 0; c < C; c += 4) {
    const count = C - c, base = image + floats(c);
    let largest = loadPart(corner + floats(c), count), position = f32x4.splat(<f32>first);
    for (let row = row0; row < row1; row++) {
      for (let column = column0; column < column1; column++) {
        const candidate = row * W + column, value = loadPart(base + floats(candidate) * <usize>C, count);
        position = updateArgmax(largest, value, position, f32x4.splat(<f32>candidate));
        largest = updateMax(largest, value);
      }
    }
    if (y != 0) storePart(y + floats(c), largest, count);
    if (index != 0) storePart(index + floats(c), position, count);
  }
}

/**
 * The usual window without loops: `count` channels from c on of the 2x2 pixels from
 * `corner`, whose position is `first`.
 */
@inline
function poolLanes2x2(
  corner: usize, W: i32, C: i32, first: i32, c: i32, count: i32, y: usize, index: usize,
): void {
  const upper = corner + floats(c), lower = upper + floats(W) * <usize>C, pixel = floats(C);
  const origin = f32x4.splat(<f32>first);
  // The offset of the maximum from `first`.
  let largest = loadPart(upper, count), offset = f32x4.splat(0);
  let value = loadPart(upper + pixel, count);
  offset = updateArgmax(largest, value, offset, f32x4.splat(1));
  largest = updateMax(largest, value);
  value = loadPart(lower, count);
  offset = updateArgmax(largest, value, offset, f32x4.splat(<f32>W));
  largest = updateMax(largest, value);
  value = loadPart(lower + pixel, count);
  offset = updateArgmax(largest, value, offset, f32x4.splat(<f32>(W + 1)));
  largest = updateMax(largest, value);
  if (y != 0) storePart(y + floats(c), largest, count);
  if (index != 0) storePart(index + floats(c), f32x4.add(origin, offset), count);
}

/** Lanes of `value` that replace the largest so far: larger ones, and NaN. */
@inline
function replaces(value: v128, largest: v128): v128 {
  return v128.or(f32x4.gt(value, largest), f32x4.ne(value, value));
}

@inline
function updateArgmax(largest: v128, value: v128, position: v128, candidate: v128): v128 {
  return v128.bitselect(candidate, position, replaces(value, largest));
}

@inline
function updateMax(largest: v128, value: v128): v128 {
  return v128.bitselect(value, largest, replaces(value, largest));
}

/**
 * gradX [N, H, W, C]: each grad goes to the position of the maximum of its
 * window; overlapping windows add up.
 * `disjoint` is 1 if every position lies in exactly one window: then nothing is cleared or added.
 * Unit of begin and end: one image.
 */
export function maxPoolGrad(
  grad: usize, index: usize, H: i32, W: i32, C: i32, OH: i32, OW: i32, rows: usize, columns: usize, disjoint: i32,
  gradX: usize, begin: i32, end: i32,
): void {
  const pixel = floats(C);
  let from = <usize>(begin * OH * OW) * pixel;
  for (let n = begin; n < end; n++) {
    const image = gradX + <usize>(n * H * W) * pixel;
    if (disjoint == 0) clear(image, H * W * C);
    for (let i = 0; i < OH; i++) {
      const row = rows + <usize>i * WINDOW_BYTES, row0 = load<i32>(row), row1 = load<i32>(row, 4);
      for (let j = 0; j < OW; j++, from += pixel) {
        const column = columns + <usize>j * WINDOW_BYTES, column0 = load<i32>(column), column1 = load<i32>(column, 4);
        for (let y = row0; y < row1; y++) {
          for (let x = column0; x < column1; x++) {
            const position = y * W + x;
            scatterGrad(grad + from, index + from, <f32>position, image + <usize>position * pixel, C, disjoint != 0);
          }
        }
      }
    }
  }
}

/**
 * All channels of one position under one window: grad where the index is the position, else 0;
 * stored if `overwrite`, else added.
 */
function scatterGrad(grad: usize, index: usize, position: f32, gradX: usize, C: i32, overwrite: bool): void {
  const target = f32x4.splat(position), vectors = floats(C & ~3);
  let offset: usize = 0;
  if (overwrite) {
    for (; offset < vectors; offset += 16) scatterGradLanes(grad + offset, index + offset, target, gradX + offset, 4, true);
    if (C & 3) scatterGradLanes(grad + offset, index + offset, target, gradX + offset, C & 3, true);
  } else {
    for (; offset < vectors; offset += 16) scatterGradLanes(grad + offset, index + offset, target, gradX + offset, 4, false);
    if (C & 3) scatterGradLanes(grad + offset, index + offset, target, gradX + offset, C & 3, false);
  }
}

@inline
function scatterGradLanes(grad: usize, index: usize, target: v128, gradX: usize, count: i32, overwrite: bool): void {
  const value = v128.and(loadPart(grad, count), f32x4.eq(loadPart(index, count), target));
  storePart(gradX, overwrite ? value : f32x4.add(value, loadPart(gradX, count)), count);
}
