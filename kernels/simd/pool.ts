// Max-pooling over NHWC images, four channels at a time, and its gradient by the stored place of each maximum.
// The formulas are in kernels/pool.ts. May import lanes only.
//
// LADDER

import { clear, floats, loadPart, storePart } from './lanes';

/**
 * y [N, OH, OW, C] = largest value under each window, index = its place h * W + w in the plane, as a float. The first of
 * equal values in row-major order wins, as in PyTorch; padding never wins. y or index may be 0: not wanted.
 * Unit of begin and end: one image.
 */
export function maxPool(
  x: usize, H: i32, W: i32, C: i32, OH: i32, OW: i32, windowHeight: i32, windowWidth: i32,
  strideY: i32, strideX: i32, padTop: i32, padLeft: i32, y: usize, index: usize, begin: i32, end: i32,
): void {
  const pixel = floats(C);
  let out = <usize>(begin * OH * OW) * pixel;
  for (let n = begin; n < end; n++) {
    const image = x + <usize>(n * H * W) * pixel;
    for (let i = 0; i < OH; i++) {
      const top = i * strideY - padTop;
      const row0 = max(top, 0), row1 = min(top + windowHeight, H);
      for (let j = 0; j < OW; j++, out += pixel) {
        const left = j * strideX - padLeft;
        const column0 = max(left, 0), column1 = min(left + windowWidth, W);
        poolPixel(image, W, C, row0, row1, column0, column1, y != 0 ? y + out : 0, index != 0 ? index + out : 0);
      }
    }
  }
}

/** All channels of one output pixel, whose window covers rows row0 .. row1 and columns column0 .. column1 of the image. */
@inline
function poolPixel(
  image: usize, W: i32, C: i32, row0: i32, row1: i32, column0: i32, column1: i32, y: usize, index: usize,
): void {
  const pixel = floats(C), corner = row0 * W + column0;
  const full = row1 - row0 == 2 && column1 - column0 == 2;
  for (let c = 0; c < C; c += 4) {
    const count = C - c, at = image + floats(c);
    let largest = loadPart(at + <usize>corner * pixel, count), place = f32x4.splat(<f32>corner);
    if (full) {
      // The usual 2x2 window, without loops.
      const right = loadPart(at + <usize>(corner + 1) * pixel, count);
      const below = loadPart(at + <usize>(corner + W) * pixel, count);
      const across = loadPart(at + <usize>(corner + W + 1) * pixel, count);
      place = laterPlace(largest, right, place, corner + 1);
      largest = f32x4.pmax(largest, right);
      place = laterPlace(largest, below, place, corner + W);
      largest = f32x4.pmax(largest, below);
      place = laterPlace(largest, across, place, corner + W + 1);
      largest = f32x4.pmax(largest, across);
    } else {
      for (let row = row0; row < row1; row++) {
        for (let column = column0; column < column1; column++) {
          const value = loadPart(at + <usize>(row * W + column) * pixel, count);
          place = laterPlace(largest, value, place, row * W + column);
          largest = f32x4.pmax(largest, value);
        }
      }
    }
    if (y != 0) storePart(y + floats(c), largest, count);
    if (index != 0) storePart(index + floats(c), place, count);
  }
}

/** Where the value is larger than the largest so far, its place; elsewhere the place so far. */
@inline
function laterPlace(largest: v128, value: v128, place: v128, candidate: i32): v128 {
  return v128.bitselect(f32x4.splat(<f32>candidate), place, f32x4.gt(value, largest));
}

/**
 * gradX [N, H, W, C]: each g goes to the place its window's maximum came from; overlapping windows add up.
 * Unit of begin and end: one image.
 */
export function maxPoolGrad(
  g: usize, index: usize, H: i32, W: i32, C: i32, OH: i32, OW: i32, windowHeight: i32, windowWidth: i32,
  strideY: i32, strideX: i32, padTop: i32, padLeft: i32, gradX: usize, begin: i32, end: i32,
): void {
  const pixel = floats(C);
  // Windows that neither overlap nor leave a gap write each place once: nothing to clear, nothing to add.
  const tiling =
    windowHeight == strideY && windowWidth == strideX && padTop == 0 && padLeft == 0 &&
    OH * strideY == H && OW * strideX == W;
  let from = <usize>(begin * OH * OW) * pixel;
  for (let n = begin; n < end; n++) {
    const image = gradX + <usize>(n * H * W) * pixel;
    if (!tiling) clear(image, H * W * C);
    for (let i = 0; i < OH; i++) {
      const top = i * strideY - padTop;
      const row0 = max(top, 0), row1 = min(top + windowHeight, H);
      for (let j = 0; j < OW; j++, from += pixel) {
        const left = j * strideX - padLeft;
        const column0 = max(left, 0), column1 = min(left + windowWidth, W);
        for (let row = row0; row < row1; row++) {
          for (let column = column0; column < column1; column++) {
            const place = row * W + column;
            spread(g + from, index + from, <f32>place, image + <usize>place * pixel, C, tiling);
          }
        }
      }
    }
  }
}

/** All channels of one place under one window: g where the index names the place, else 0; stored if it is alone, else added. */
@inline
function spread(g: usize, index: usize, place: f32, gradX: usize, C: i32, alone: bool): void {
  const here = f32x4.splat(place);
  for (let c = 0; c < C; c += 4) {
    const count = C - c, at = floats(c);
    let value = v128.and(loadPart(g + at, count), f32x4.eq(loadPart(index + at, count), here));
    if (!alone) value = f32x4.add(value, loadPart(gradX + at, count));
    storePart(gradX + at, value, count);
  }
}
