// Batch norm, ReLU and 2x2 max-pooling as one pass over NHWC images, and its gradient in two. The
// values between the three are not stored: the backward pass computes x * scale + shift and the
// maximum of each window again.
// The statistics and the per-channel coefficients come from batchNorm.ts.
//
// Versions, x [64, 28, 28, 32] (6.4 MB), without the statistics (0.23 ms), Node 20, one core,
// best of 150 interleaved rounds:
//   three passes       forward 1.3 ms (map 0.35, relu 0.39, pool 0.60);
//                      backward 2.9 ms (pool 0.83, relu 0.59, sums 0.83, dx 0.70)
//   one pass           forward 0.38; backward sums 0.45, dx 0.88, both with the channels in the
//                      outer loop, the pixels of a line in the inner one
//   channels inside    dx 0.73: it writes whole cache lines; the sums would not fit in registers
//   k1 * x + k2        dx 0.67: the mean is part of k2 instead of subtracted from every x
// Rejected for dx: the argmax by a tree of three comparisons (0.76), the two rows of
// pixels one after the other (1.0).

import { batchNormGradCoefficients } from './batchNorm';
import { clear, floats, fma, loadPart, storePart } from './lanes';

// Windows do not overlap: output pixel (i, j) covers rows 2i, 2i + 1 and columns 2j, 2j + 1, and an
// odd last row or column is outside of all windows. A line is one row of windows; lines are
// numbered through all images.
// `affine` is [2][C], scale and shift: y = x * scale + shift is batch norm
// with its statistics folded in.

/**
 * Outputs that are summed in float32, at least one line, before float64 takes
 * over: as ROW_BLOCK in rows.ts.
 */
const BLOCK_OUTPUTS: i32 = 256;

/** Lines in each block of bnReluPoolGradBlocks, for images of width W. */
export function bnReluPoolBlockLines(W: i32): i32 {
  return max(1, BLOCK_OUTPUTS / max(1, W >> 1));
}

/** Address of the first pixel under a line. */
@inline
function lineStart(x: usize, line: i32, H: i32, W: i32, C: i32): usize {
  const OH = H >> 1, n = line / OH, i = line - n * OH;
  return x + floats((n * H + 2 * i) * W) * <usize>C;
}

/**
 * y [N, H/2, W/2, C] = max(0, the largest x * scale[c] + shift[c] under each window).
 * Unit of begin and end: one line.
 */
export function bnReluPool(
  x: usize, H: i32, W: i32, C: i32, affine: usize, y: usize, begin: i32, end: i32,
): void {
  const OW = W >> 1, vectors = floats(C & ~3);
  for (let line = begin; line < end; line++) {
    const from = lineStart(x, line, H, W, C), to = y + floats(line * OW) * <usize>C;
    let c: usize = 0;
    for (; c + 16 < vectors; c += 32) poolLinePair(from + c, W, C, affine + c, to + c);
    for (; c < vectors; c += 16) poolLine(from + c, W, C, affine + c, to + c, 4);
    if (C & 3) poolLine(from + c, W, C, affine + c, to + c, C & 3);
  }
}

// Functions with `Pair` compute eight channels, four in names with `h`, in the form that V8's
// revectorizer merges (wideTile.ts). The others compute the remaining channels.

/** Eight channels of one line of outputs. */
function poolLinePair(x: usize, W: i32, C: i32, affine: usize, y: usize): void {
  const pixel = floats(C), row = <usize>W * pixel, zero = f32x4.splat(0);
  const a = v128.load(affine), ah = v128.load(affine, 16);
  const b = v128.load(affine + pixel), bh = v128.load(affine + pixel, 16);
  for (const stop = x + <usize>(W >> 1) * 2 * pixel; x < stop; x += 2 * pixel, y += pixel) {
    const x1 = x + pixel, x2 = x + row, x3 = x2 + pixel;
    const y0 = fma(b, v128.load(x), a), y0h = fma(bh, v128.load(x, 16), ah);
    const y1 = fma(b, v128.load(x1), a), y1h = fma(bh, v128.load(x1, 16), ah);
    const y2 = fma(b, v128.load(x2), a), y2h = fma(bh, v128.load(x2, 16), ah);
    const y3 = fma(b, v128.load(x3), a), y3h = fma(bh, v128.load(x3, 16), ah);
    const upper = f32x4.max(y0, y1), upperH = f32x4.max(y0h, y1h);
    const largest = f32x4.max(f32x4.max(upper, y2), y3), largestH = f32x4.max(f32x4.max(upperH, y2h), y3h);
    v128.store(y, f32x4.max(largest, zero)); v128.store(y, f32x4.max(largestH, zero), 16);
  }
}

/** `count` channels of one line of outputs. */
@inline
function poolLine(x: usize, W: i32, C: i32, affine: usize, y: usize, count: i32): void {
  const pixel = floats(C), row = <usize>W * pixel;
  const a = loadPart(affine, count), b = loadPart(affine + pixel, count), zero = f32x4.splat(0);
  for (const stop = x + <usize>(W >> 1) * 2 * pixel; x < stop; x += 2 * pixel, y += pixel) {
    let largest = fma(b, loadPart(x, count), a);
    largest = f32x4.max(largest, fma(b, loadPart(x + pixel, count), a));
    largest = f32x4.max(largest, fma(b, loadPart(x + row, count), a));
    largest = f32x4.max(largest, fma(b, loadPart(x + row + pixel, count), a));
    storePart(y, f32x4.max(largest, zero), count);
  }
}

/**
 * partials [blocks][2][C] = per block of bnReluPoolBlockLines(W) of the `lines` lines: the sum of
 * grad, and of grad * xhat with xhat = (x - mean) * inverse, over the maxima of all windows with a
 * positive output; other pixels receive no gradient. sumBlocks with width 2C adds them up to
 * gradBias and gradWeight. Unit of begin and end: one block.
 */
export function bnReluPoolGradBlocks(
  x: usize, grad: usize, H: i32, W: i32, C: i32, affine: usize, mean: usize, inverse: usize,
  lines: i32, partials: usize, begin: i32, end: i32,
): void {
  const OW = W >> 1, width = floats(C), vectors = floats(C & ~3), blockLines = bnReluPoolBlockLines(W);
  for (let block = begin; block < end; block++) {
    const sums = partials + floats(2 * block) * <usize>C;
    clear(sums, 2 * C);
    for (let line = block * blockLines, stop = min(lines, line + blockLines); line < stop; line++) {
      const lineX = lineStart(x, line, H, W, C), lineGrad = grad + floats(line * OW) * <usize>C;
      let c: usize = 0;
      for (; c + 16 < vectors; c += 32) {
        sumLinePair(lineX + c, lineGrad + c, W, C, affine + c, mean + c, sums + c);
      }
      for (; c < vectors; c += 16) {
        sumLine(lineX + c, lineGrad + c, W, C, affine + c, mean + c, sums + c, 4);
      }
      if (C & 3) sumLine(lineX + c, lineGrad + c, W, C, affine + c, mean + c, sums + c, C & 3);
    }
    for (let c: usize = 0; c < width; c += 4) {
      store<f32>(sums + width + c, load<f32>(sums + width + c) * load<f32>(inverse + c));
    }
  }
}

/** Adds eight channels of one line to their two sums: sumLine for a pair of vectors. */
function sumLinePair(x: usize, grad: usize, W: i32, C: i32, affine: usize, mean: usize, sums: usize): void {
  const pixel = floats(C), row = <usize>W * pixel, zero = f32x4.splat(0);
  const a = v128.load(affine), ah = v128.load(affine, 16);
  const b = v128.load(affine + pixel), bh = v128.load(affine + pixel, 16);
  const m = v128.load(mean), mh = v128.load(mean, 16);
  let sumG = v128.load(sums), sumGh = v128.load(sums, 16);
  let sumGX = v128.load(sums + pixel), sumGXh = v128.load(sums + pixel, 16);
  for (const stop = x + <usize>(W >> 1) * 2 * pixel; x < stop; x += 2 * pixel, grad += pixel) {
    const p1 = x + pixel, p2 = x + row, p3 = p2 + pixel;
    const x0 = v128.load(x), x0h = v128.load(x, 16), x1 = v128.load(p1), x1h = v128.load(p1, 16);
    const x2 = v128.load(p2), x2h = v128.load(p2, 16), x3 = v128.load(p3), x3h = v128.load(p3, 16);
    const y0 = fma(b, x0, a), y0h = fma(bh, x0h, ah), y1 = fma(b, x1, a), y1h = fma(bh, x1h, ah);
    const y2 = fma(b, x2, a), y2h = fma(bh, x2h, ah), y3 = fma(b, x3, a), y3h = fma(bh, x3h, ah);
    let largestX = v128.bitselect(x1, x0, f32x4.gt(y1, y0)), largestXh = v128.bitselect(x1h, x0h, f32x4.gt(y1h, y0h));
    let largest = f32x4.pmax(y0, y1), largestH = f32x4.pmax(y0h, y1h);
    largestX = v128.bitselect(x2, largestX, f32x4.gt(y2, largest));
    largestXh = v128.bitselect(x2h, largestXh, f32x4.gt(y2h, largestH));
    largest = f32x4.pmax(largest, y2); largestH = f32x4.pmax(largestH, y2h);
    largestX = v128.bitselect(x3, largestX, f32x4.gt(y3, largest));
    largestXh = v128.bitselect(x3h, largestXh, f32x4.gt(y3h, largestH));
    largest = f32x4.pmax(largest, y3); largestH = f32x4.pmax(largestH, y3h);
    const g = v128.andnot(v128.load(grad), f32x4.le(largest, zero)); // relu
    const gh = v128.andnot(v128.load(grad, 16), f32x4.le(largestH, zero));
    sumG = f32x4.add(sumG, g); sumGh = f32x4.add(sumGh, gh);
    sumGX = fma(sumGX, g, f32x4.sub(largestX, m)); sumGXh = fma(sumGXh, gh, f32x4.sub(largestXh, mh));
  }
  v128.store(sums, sumG); v128.store(sums, sumGh, 16);
  v128.store(sums + pixel, sumGX); v128.store(sums + pixel, sumGXh, 16);
}

/** Adds `count` channels of one line to their two sums, of grad and of grad * (x - mean). */
@inline
function sumLine(
  x: usize, grad: usize, W: i32, C: i32, affine: usize, mean: usize, sums: usize, count: i32,
): void {
  const pixel = floats(C), row = <usize>W * pixel;
  const a = loadPart(affine, count), b = loadPart(affine + pixel, count), m = loadPart(mean, count), zero = f32x4.splat(0);
  let sumG = loadPart(sums, count), sumGX = loadPart(sums + pixel, count);
  for (const stop = x + <usize>(W >> 1) * 2 * pixel; x < stop; x += 2 * pixel, grad += pixel) {
    // The largest of the four values, and its x; the first of equal values wins.
    let largestX = loadPart(x, count), largest = fma(b, largestX, a);
    let candidate = loadPart(x + pixel, count), value = fma(b, candidate, a);
    largestX = v128.bitselect(candidate, largestX, f32x4.gt(value, largest));
    largest = f32x4.pmax(largest, value);
    candidate = loadPart(x + row, count);
    value = fma(b, candidate, a);
    largestX = v128.bitselect(candidate, largestX, f32x4.gt(value, largest));
    largest = f32x4.pmax(largest, value);
    candidate = loadPart(x + row + pixel, count);
    value = fma(b, candidate, a);
    largestX = v128.bitselect(candidate, largestX, f32x4.gt(value, largest));
    largest = f32x4.pmax(largest, value);
    const reluGrad = v128.andnot(loadPart(grad, count), f32x4.le(largest, zero)); // relu
    sumG = f32x4.add(sumG, reluGrad);
    sumGX = fma(sumGX, reluGrad, f32x4.sub(largestX, m));
  }
  storePart(sums, sumG, count);
  storePart(sums + pixel, sumGX, count);
}

/**
 * The coefficients [3][C] of bnReluPoolGradInput: those of batchNormGradCoefficients, multiplied
 * out to k0 * grad + k1 * x + k2, which saves a subtraction for every pixel.
 */
export function bnReluPoolGradCoefficients(
  mean: usize, inverse: usize, weight: usize, sums: usize, rows: i32, C: i32, coefficients: usize,
): void {
  batchNormGradCoefficients(inverse, weight, sums, rows, C, coefficients);
  const width = floats(C), k1 = coefficients + width, k2 = k1 + width;
  for (let c: usize = 0; c < width; c += 4) {
    store<f32>(k2 + c, <f32>(<f64>load<f32>(k2 + c) - <f64>load<f32>(k1 + c) * <f64>load<f32>(mean + c)));
  }
}

/**
 * gradX [N, H, W, C] = k0 * (grad at the maxima, else 0) + k1 * x + k2: a pixel that is no maximum,
 * or lies under no window, still affects the statistics. `table` is [5][C]: affine, then the
 * coefficients of bnReluPoolGradCoefficients.
 * Unit of begin and end: one line; the last line of an image includes an odd last row.
 */
export function bnReluPoolGradInput(
  x: usize, grad: usize, H: i32, W: i32, C: i32, table: usize, gradX: usize, begin: i32, end: i32,
): void {
  const OH = H >> 1, OW = W >> 1, pixel = floats(C), row = <usize>W * pixel, vectors = floats(C & ~3);
  for (let line = begin; line < end; line++) {
    let offset = lineStart(0, line, H, W, C), from = grad + <usize>(line * OW) * pixel;
    for (let j = 0; j < OW; j++, offset += 2 * pixel, from += pixel) {
      let c: usize = 0;
      for (; c + 16 < vectors; c += 32) gradPair(x + offset + c, from + c, pixel, row, table + c, gradX + offset + c);
      for (; c < vectors; c += 16) gradLanes(x + offset + c, from + c, pixel, row, table + c, gradX + offset + c, 4);
      if (C & 3) gradLanes(x + offset + c, from + c, pixel, row, table + c, gradX + offset + c, C & 3);
    }
    if (W & 1) {
      gradUncovered(x + offset, 1, C, table, gradX + offset);
      gradUncovered(x + offset + row, 1, C, table, gradX + offset + row);
    }
    if (H & 1 && (line + 1) % OH == 0) {
      const lastRow = lineStart(0, line, H, W, C) + 2 * row;
      gradUncovered(x + lastRow, W, C, table, gradX + lastRow);
    }
  }
}

/** Eight channels of the four pixels under one window: gradLanes for a pair of vectors. */
@inline
function gradPair(x: usize, grad: usize, pixel: usize, row: usize, table: usize, gradX: usize): void {
  const a = v128.load(table), ah = v128.load(table, 16), p1 = x + pixel, p2 = x + row, p3 = p2 + pixel;
  const b = v128.load(table + pixel), bh = v128.load(table + pixel, 16);
  const x0 = v128.load(x), x0h = v128.load(x, 16), x1 = v128.load(p1), x1h = v128.load(p1, 16);
  const x2 = v128.load(p2), x2h = v128.load(p2, 16), x3 = v128.load(p3), x3h = v128.load(p3, 16);
  const y0 = fma(b, x0, a), y0h = fma(bh, x0h, ah), y1 = fma(b, x1, a), y1h = fma(bh, x1h, ah);
  const y2 = fma(b, x2, a), y2h = fma(bh, x2h, ah), y3 = fma(b, x3, a), y3h = fma(bh, x3h, ah);
  const largest = f32x4.pmax(f32x4.pmax(y0, y1), f32x4.pmax(y2, y3));
  const largestH = f32x4.pmax(f32x4.pmax(y0h, y1h), f32x4.pmax(y2h, y3h));
  const positive = f32x4.gt(largest, f32x4.splat(0)), positiveH = f32x4.gt(largestH, f32x4.splat(0)); // relu
  const k0 = table + 2 * pixel, k1 = k0 + pixel, k2 = k1 + pixel;
  const r0 = f32x4.mul(v128.and(v128.load(grad), positive), v128.load(k0));
  const r0h = f32x4.mul(v128.and(v128.load(grad, 16), positiveH), v128.load(k0, 16));
  const c1 = v128.load(k1), c1h = v128.load(k1, 16), c2 = v128.load(k2), c2h = v128.load(k2, 16);
  const m0 = f32x4.eq(y0, largest), m0h = f32x4.eq(y0h, largestH);
  const m1 = f32x4.eq(y1, largest), m1h = f32x4.eq(y1h, largestH);
  const m2 = f32x4.eq(y2, largest), m2h = f32x4.eq(y2h, largestH);
  const r1 = v128.andnot(r0, m0), r1h = v128.andnot(r0h, m0h);
  const r2 = v128.andnot(r1, m1), r2h = v128.andnot(r1h, m1h);
  const g0 = f32x4.add(fma(c2, x0, c1), v128.and(r0, m0)), g0h = f32x4.add(fma(c2h, x0h, c1h), v128.and(r0h, m0h));
  const g1 = f32x4.add(fma(c2, x1, c1), v128.and(r1, m1)), g1h = f32x4.add(fma(c2h, x1h, c1h), v128.and(r1h, m1h));
  const g2 = f32x4.add(fma(c2, x2, c1), v128.and(r2, m2)), g2h = f32x4.add(fma(c2h, x2h, c1h), v128.and(r2h, m2h));
  const g3 = f32x4.add(fma(c2, x3, c1), v128.andnot(r2, m2)), g3h = f32x4.add(fma(c2h, x3h, c1h), v128.andnot(r2h, m2h));
  const to1 = gradX + pixel, to2 = gradX + row, to3 = to2 + pixel;
  v128.store(gradX, g0); v128.store(gradX, g0h, 16);
  v128.store(to1, g1); v128.store(to1, g1h, 16);
  v128.store(to2, g2); v128.store(to2, g2h, 16);
  v128.store(to3, g3); v128.store(to3, g3h, 16);
}

/** `count` channels of the four pixels under one window. */
@inline
function gradLanes(x: usize, grad: usize, pixel: usize, row: usize, table: usize, gradX: usize, count: i32): void {
  const a = loadPart(table, count), b = loadPart(table + pixel, count);
  const x0 = loadPart(x, count), x1 = loadPart(x + pixel, count);
  const x2 = loadPart(x + row, count), x3 = loadPart(x + row + pixel, count);
  const y0 = fma(b, x0, a), y1 = fma(b, x1, a), y2 = fma(b, x2, a), y3 = fma(b, x3, a);
  const largest = f32x4.pmax(f32x4.pmax(y0, y1), f32x4.pmax(y2, y3));
  const positive = f32x4.gt(largest, f32x4.splat(0)); // relu
  // The gradient that is not assigned yet: the first pixel that equals
  // the maximum receives all of it.
  let remaining = f32x4.mul(v128.and(loadPart(grad, count), positive), loadPart(table + 2 * pixel, count));
  const k1 = loadPart(table + 3 * pixel, count), k2 = loadPart(table + 4 * pixel, count);
  let isMax = f32x4.eq(y0, largest);
  storePart(gradX, f32x4.add(fma(k2, x0, k1), v128.and(remaining, isMax)), count);
  remaining = v128.andnot(remaining, isMax);
  isMax = f32x4.eq(y1, largest);
  storePart(gradX + pixel, f32x4.add(fma(k2, x1, k1), v128.and(remaining, isMax)), count);
  remaining = v128.andnot(remaining, isMax);
  isMax = f32x4.eq(y2, largest);
  storePart(gradX + row, f32x4.add(fma(k2, x2, k1), v128.and(remaining, isMax)), count);
  storePart(gradX + row + pixel, f32x4.add(fma(k2, x3, k1), v128.andnot(remaining, isMax)), count);
}

/** Adjacent pixels under no window: only the statistics connect them with the loss. */
function gradUncovered(x: usize, pixels: i32, C: i32, table: usize, gradX: usize): void {
  const pixel = floats(C), vectors = floats(C & ~3), k1 = table + 3 * pixel, k2 = k1 + pixel;
  for (let i = 0; i < pixels; i++, x += pixel, gradX += pixel) {
    let c: usize = 0;
    for (; c < vectors; c += 16) {
      v128.store(gradX + c, fma(v128.load(k2 + c), v128.load(x + c), v128.load(k1 + c)));
    }
    if (C & 3) {
      const count = C & 3;
      storePart(gradX + c, fma(loadPart(k2 + c, count), loadPart(x + c, count), loadPart(k1 + c, count)), count);
    }
  }
}
