// Means of windows of channels-last images (average pooling, adaptive or not), interpolation, and
// their gradients. The formulas are in kernels/pool.ts, adaptivePool.ts and interpolate.ts.
// Unit of begin and end, everywhere: one image.

import { clear, floats, fma, loadPart, storePart } from './lanes';

/**
 * Bytes of one window in a table of the windows along an axis: first position, position after the
 * last, divisor.
 */
export const WINDOW_BYTES: usize = 12;

/**
 * y [N, OH, OW, C] = sum of x [N, H, W, C] over each window, divided by the product of the divisors.
 * `rows` and `columns` are tables of OH and OW windows: three i32 each.
 */
export function meanWindows(
  x: usize, H: i32, W: i32, C: i32, OH: i32, OW: i32, rows: usize, columns: usize, y: usize, begin: i32, end: i32,
): void {
  const pixel = floats(C);
  let to = y + <usize>(begin * OH * OW) * pixel;
  for (let n = begin; n < end; n++) {
    const image = x + <usize>(n * H * W) * pixel;
    for (let i = 0; i < OH; i++) {
      const row = rows + <usize>i * WINDOW_BYTES, top = load<i32>(row), bottom = load<i32>(row, 4);
      for (let j = 0; j < OW; j++, to += pixel) {
        const column = columns + <usize>j * WINDOW_BYTES, left = load<i32>(column), right = load<i32>(column, 4);
        const count = f32x4.splat(<f32>(load<i32>(row, 8) * load<i32>(column, 8)));
        const corner = image + <usize>(top * W + left) * pixel;
        const stride = <usize>W * pixel;
        let c = 0;
        for (; c + 8 <= C; c += 8) {
          let s0 = f32x4.splat(0), s1 = s0, line = corner + floats(c);
          for (let ki = top; ki < bottom; ki++, line += stride) {
            let p = line;
            for (let kj = left; kj < right; kj++, p += pixel) {
              s0 = f32x4.add(s0, v128.load(p));
              s1 = f32x4.add(s1, v128.load(p, 16));
            }
          }
          s0 = f32x4.div(s0, count);
          s1 = f32x4.div(s1, count);
          v128.store(to + floats(c), s0);
          v128.store(to + floats(c), s1, 16);
        }
        for (; c < C; c += 4) {
          const rest = C - c;
          let sum = f32x4.splat(0), line = corner + floats(c);
          for (let ki = top; ki < bottom; ki++, line += stride) {
            let p = line;
            for (let kj = left; kj < right; kj++, p += pixel) sum = f32x4.add(sum, loadPart(p, rest));
          }
          storePart(to + floats(c), f32x4.div(sum, count), rest);
        }
      }
    }
  }
}

/**
 * gradX [N, H, W, C]: every window adds its gradient, divided as in meanWindows, to its positions.
 * `disjoint` is 1 if every position lies in exactly one window: then nothing is cleared or added.
 */
export function meanWindowsGrad(
  grad: usize, H: i32, W: i32, C: i32, OH: i32, OW: i32, rows: usize, columns: usize, disjoint: i32, gradX: usize,
  begin: i32, end: i32,
): void {
  const pixel = floats(C);
  let from = grad + <usize>(begin * OH * OW) * pixel;
  for (let n = begin; n < end; n++) {
    const image = gradX + <usize>(n * H * W) * pixel;
    if (disjoint == 0) clear(image, H * W * C);
    for (let i = 0; i < OH; i++) {
      const row = rows + <usize>i * WINDOW_BYTES, top = load<i32>(row), bottom = load<i32>(row, 4);
      for (let j = 0; j < OW; j++, from += pixel) {
        const column = columns + <usize>j * WINDOW_BYTES, left = load<i32>(column), right = load<i32>(column, 4);
        const count = f32x4.splat(<f32>(load<i32>(row, 8) * load<i32>(column, 8)));
        const corner = image + <usize>(top * W + left) * pixel;
        for (let ki = top; ki < bottom; ki++) {
          let to = corner + <usize>((ki - top) * W) * pixel;
          for (let kj = left; kj < right; kj++, to += pixel) addPixel(from, count, disjoint, to, C);
        }
      }
    }
  }
}

/** to [C] += grad / count, or = if `overwrite` is 1. */
function addPixel(grad: usize, count: v128, overwrite: i32, to: usize, C: i32): void {
  let c = 0;
  if (overwrite) {
    for (; c + 4 <= C; c += 4) v128.store(to + floats(c), f32x4.div(v128.load(grad + floats(c)), count));
    storePart(to + floats(c), f32x4.div(loadPart(grad + floats(c), C - c), count), C - c);
    return;
  }
  for (; c + 4 <= C; c += 4) {
    const value = f32x4.div(v128.load(grad + floats(c)), count);
    v128.store(to + floats(c), f32x4.add(v128.load(to + floats(c)), value));
  }
  const rest = C - c, value = f32x4.div(loadPart(grad + floats(c), rest), count);
  storePart(to + floats(c), f32x4.add(loadPart(to + floats(c), rest), value), rest);
}

/**
 * y [N, OH, OW, C] = weighted means of up to four pixels of x [N, H, W, C]. `rows` and `columns` have
 * two floats for each output position: the lower input position, and the distance from it.
 */
export function interpolate(
  x: usize, rows: usize, columns: usize, H: i32, W: i32, C: i32, OH: i32, OW: i32, y: usize, begin: i32, end: i32,
): void {
  const pixel = floats(C);
  let to = y + <usize>(begin * OH * OW) * pixel;
  for (let n = begin; n < end; n++) {
    const image = x + <usize>(n * H * W) * pixel;
    for (let i = 0; i < OH; i++) {
      const top = <i32>load<f32>(rows + floats(2 * i)), below = load<f32>(rows + floats(2 * i), 4);
      for (let j = 0; j < OW; j++, to += pixel) {
        const left = <i32>load<f32>(columns + floats(2 * j)), beyond = load<f32>(columns + floats(2 * j), 4);
        const corner = image + <usize>(top * W + left) * pixel;
        if (below == 0 && beyond == 0) {
          memory.copy(to, corner, pixel);
          continue;
        }
        const down = top + 1 < H ? <usize>W * pixel : 0, right = left + 1 < W ? pixel : 0;
        if (below > 0 && beyond > 0) {
          blendPixels(corner, right, down, below, beyond, to, C);
          continue;
        }
        clear(to, C);
        addScaled(corner, (1 - below) * (1 - beyond), to, C);
        addScaled(corner + right, (1 - below) * beyond, to, C);
        addScaled(corner + down, below * (1 - beyond), to, C);
        addScaled(corner + down + right, below * beyond, to, C);
      }
    }
  }
}

/** to [C] = the weighted mean of four pixels, all of whose weights are positive. */
function blendPixels(corner: usize, right: usize, down: usize, below: f32, beyond: f32, to: usize, C: i32): void {
  const w00 = f32x4.splat((1 - below) * (1 - beyond)), w01 = f32x4.splat((1 - below) * beyond);
  const w10 = f32x4.splat(below * (1 - beyond)), w11 = f32x4.splat(below * beyond);
  const zero = f32x4.splat(0);
  let c = 0;
  for (; c + 4 <= C; c += 4) {
    const p = corner + floats(c);
    let sum = fma(fma(zero, w00, v128.load(p)), w01, v128.load(p + right));
    sum = fma(fma(sum, w10, v128.load(p + down)), w11, v128.load(p + down + right));
    v128.store(to + floats(c), sum);
  }
  const p = corner + floats(c), rest = C - c;
  let sum = fma(fma(zero, w00, loadPart(p, rest)), w01, loadPart(p + right, rest));
  sum = fma(fma(sum, w10, loadPart(p + down, rest)), w11, loadPart(p + down + right, rest));
  storePart(to + floats(c), sum, rest);
}

/** gradX [N, H, W, C]: every output position adds its gradient to the pixels that it depends on. */
export function interpolateGrad(
  grad: usize, rows: usize, columns: usize, H: i32, W: i32, C: i32, OH: i32, OW: i32, gradX: usize,
  begin: i32, end: i32,
): void {
  const pixel = floats(C);
  let from = grad + <usize>(begin * OH * OW) * pixel;
  for (let n = begin; n < end; n++) {
    const image = gradX + <usize>(n * H * W) * pixel;
    clear(image, H * W * C);
    for (let i = 0; i < OH; i++) {
      const top = <i32>load<f32>(rows + floats(2 * i)), below = load<f32>(rows + floats(2 * i), 4);
      for (let j = 0; j < OW; j++, from += pixel) {
        const left = <i32>load<f32>(columns + floats(2 * j)), beyond = load<f32>(columns + floats(2 * j), 4);
        const corner = image + <usize>(top * W + left) * pixel;
        const down = top + 1 < H ? <usize>W * pixel : 0, right = left + 1 < W ? pixel : 0;
        addScaled(from, (1 - below) * (1 - beyond), corner, C);
        addScaled(from, (1 - below) * beyond, corner + right, C);
        addScaled(from, below * (1 - beyond), corner + down, C);
        addScaled(from, below * beyond, corner + down + right, C);
      }
    }
  }
}

/** to [C] += weight x, unless the weight is 0: NaN and infinities do not spread. */
function addScaled(x: usize, weight: f32, to: usize, C: i32): void {
  if (!(weight > 0)) return;
  const factor = f32x4.splat(weight);
  let c = 0;
  for (; c + 4 <= C; c += 4) {
    v128.store(to + floats(c), fma(v128.load(to + floats(c)), factor, v128.load(x + floats(c))));
  }
  const rest = C - c;
  storePart(to + floats(c), fma(loadPart(to + floats(c), rest), factor, loadPart(x + floats(c), rest)), rest);
}
