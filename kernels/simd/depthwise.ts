// Depthwise convolution of channels-last images: every channel has a filter of its own, so a vector of
// channels needs no shuffles and no packed panels. Forward pass, transposed convolution (which is the
// gradient of the input) and gradient of the weights. The formulas are in kernels/conv2d.ts.
//
// Sixteen channels of one pixel are four independent sums, which hide the latency of the multiply-add.

import { clear, floats, fma, loadPart, storePart } from './lanes';

/**
 * Input position of each pair of an output position and a tap along one axis, or -1 if there is none:
 * table [count][taps], with (i stride + tap dilation - padding) / insert.
 */
function fillPositions(
  table: usize, first: i32, count: i32, taps: i32, stride: i32, dilation: i32, padding: i32, insert: i32, size: i32,
): void {
  for (let i = first; i < first + count; i++) {
    for (let tap = 0; tap < taps; tap++, table += 4) {
      const position = i * stride + tap * dilation - padding;
      const inside = position >= 0 && position % insert == 0 && position / insert < size;
      store<i32>(table, inside ? position / insert : -1);
    }
  }
}

/** Bytes of scratch that `depthwise` needs for each thread. */
export function depthwiseScratch(OW: i32, kernelHeight: i32, kernelWidth: i32): i32 {
  return (OW * kernelWidth + kernelHeight + 4) * 4;
}

/**
 * out [N, OH, OW, C] = bias + sum over the taps of weights[tap][c] x[n][inY][inX][c], for x [N, H, W,
 * C] and weights [kernelHeight * kernelWidth][C]. inY = (i strideY + tap dilationY - padY) / insertY,
 * where that is a whole number inside the image; inX likewise. With insert 1 this is a convolution;
 * with stride 1, the convolution's stride as insert, and its negative dilation and padding, a
 * transposed one. Unit of begin and end: one row of one output image.
 */
export function depthwise(
  x: usize, H: i32, W: i32, C: i32, weights: usize, bias: usize, out: usize, OH: i32, OW: i32,
  kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32, dilationY: i32, dilationX: i32,
  padY: i32, padX: i32, insertY: i32, insertX: i32, scratch: usize, begin: i32, end: i32,
): void {
  const pixel = floats(C), rowOffsets = scratch, columnOffsets = scratch + floats(kernelHeight);
  fillPositions(columnOffsets, 0, OW, kernelWidth, strideX, dilationX, padX, insertX, W);
  for (let line = begin; line < end; line++) {
    const n = line / OH, i = line - n * OH;
    fillPositions(rowOffsets, i, 1, kernelHeight, strideY, dilationY, padY, insertY, H);
    const image = x + <usize>(n * H * W) * pixel;
    let to = out + <usize>(line * OW) * pixel;
    for (let j = 0; j < OW; j++, to += pixel) {
      const columns = columnOffsets + floats(j * kernelWidth);
      let c = 0;
      for (; c + 16 <= C; c += 16) {
        depthwise16(image + floats(c), W, pixel, weights + floats(c), bias + floats(c), to + floats(c), rowOffsets, kernelHeight, columns, kernelWidth);
      }
      for (; c < C; c += 4) {
        depthwise4(image + floats(c), W, pixel, weights + floats(c), bias + floats(c), to + floats(c), rowOffsets, kernelHeight, columns, kernelWidth, C - c);
      }
    }
  }
}

/** Sixteen channels of one output pixel. */
function depthwise16(
  image: usize, W: i32, pixel: usize, weights: usize, bias: usize, to: usize,
  rows: usize, kernelHeight: i32, columns: usize, kernelWidth: i32,
): void {
  let s0 = v128.load(bias), s1 = v128.load(bias, 16), s2 = v128.load(bias, 32), s3 = v128.load(bias, 48);
  for (let ki = 0; ki < kernelHeight; ki++) {
    const inY = load<i32>(rows + floats(ki));
    if (inY < 0) {
      weights += <usize>kernelWidth * pixel;
      continue;
    }
    const row = image + <usize>(inY * W) * pixel;
    for (let kj = 0; kj < kernelWidth; kj++, weights += pixel) {
      const inX = load<i32>(columns + floats(kj));
      if (inX < 0) continue;
      const p = row + <usize>inX * pixel;
      s0 = fma(s0, v128.load(weights), v128.load(p));
      s1 = fma(s1, v128.load(weights, 16), v128.load(p, 16));
      s2 = fma(s2, v128.load(weights, 32), v128.load(p, 32));
      s3 = fma(s3, v128.load(weights, 48), v128.load(p, 48));
    }
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
}

/** Up to four channels of one output pixel. */
function depthwise4(
  image: usize, W: i32, pixel: usize, weights: usize, bias: usize, to: usize,
  rows: usize, kernelHeight: i32, columns: usize, kernelWidth: i32, count: i32,
): void {
  let sum = loadPart(bias, count);
  for (let ki = 0; ki < kernelHeight; ki++) {
    const inY = load<i32>(rows + floats(ki));
    for (let kj = 0; kj < kernelWidth; kj++, weights += pixel) {
      const inX = load<i32>(columns + floats(kj));
      if (inY < 0 || inX < 0) continue;
      sum = fma(sum, loadPart(weights, count), loadPart(image + <usize>(inY * W + inX) * pixel, count));
    }
  }
  storePart(to, sum, count);
}

/**
 * The gradient of the weights for each image: partial [N][taps][C] = sum over the output positions of
 * grad times the input under the tap. Sums of one row are added to the sum of the image. Sizes as in
 * `depthwise`. Unit of begin and end: one image.
 */
export function depthwiseGradWeight(
  x: usize, grad: usize, H: i32, W: i32, C: i32, OH: i32, OW: i32, kernelHeight: i32, kernelWidth: i32,
  strideY: i32, strideX: i32, dilationY: i32, dilationX: i32, padY: i32, padX: i32, partial: usize,
  begin: i32, end: i32,
): void {
  const pixel = floats(C), taps = kernelHeight * kernelWidth;
  for (let n = begin; n < end; n++) {
    const image = x + <usize>(n * H * W) * pixel, sums = partial + <usize>(n * taps) * pixel;
    clear(sums, taps * C);
    for (let i = 0; i < OH; i++) {
      const gradRow = grad + <usize>((n * OH + i) * OW) * pixel;
      for (let ki = 0; ki < kernelHeight; ki++) {
        const inY = i * strideY + ki * dilationY - padY;
        if (inY < 0 || inY >= H) continue;
        for (let kj = 0; kj < kernelWidth; kj++) {
          // Output columns j0 to j1 are those whose input is inside the image.
          const shift = kj * dilationX - padX;
          const j0 = shift < 0 ? (strideX - 1 - shift) / strideX : 0;
          const j1 = W > shift ? min(OW, (W - 1 - shift) / strideX + 1) : 0;
          if (j0 >= j1) continue;
          const from = image + <usize>(inY * W + j0 * strideX + shift) * pixel;
          gradRowOfTap(
            from, <usize>strideX * pixel, gradRow + <usize>j0 * pixel, pixel, j1 - j0, C,
            sums + <usize>(ki * kernelWidth + kj) * pixel,
          );
        }
      }
    }
  }
}

/** sums [C] += sum over `count` pixels of x times grad. */
function gradRowOfTap(x: usize, step: usize, grad: usize, pixel: usize, count: i32, C: i32, sums: usize): void {
  let c = 0;
  for (; c + 16 <= C; c += 16) {
    let p = x + floats(c), g = grad + floats(c);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let j = 0; j < count; j++, p += step, g += pixel) {
      s0 = fma(s0, v128.load(g), v128.load(p));
      s1 = fma(s1, v128.load(g, 16), v128.load(p, 16));
      s2 = fma(s2, v128.load(g, 32), v128.load(p, 32));
      s3 = fma(s3, v128.load(g, 48), v128.load(p, 48));
    }
    const to = sums + floats(c);
    s0 = f32x4.add(s0, v128.load(to));
    s1 = f32x4.add(s1, v128.load(to, 16));
    s2 = f32x4.add(s2, v128.load(to, 32));
    s3 = f32x4.add(s3, v128.load(to, 48));
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; c < C; c += 4) {
    const rest = C - c, to = sums + floats(c);
    let p = x + floats(c), g = grad + floats(c), sum = f32x4.splat(0);
    for (let j = 0; j < count; j++, p += step, g += pixel) sum = fma(sum, loadPart(g, rest), loadPart(p, rest));
    storePart(to, f32x4.add(sum, loadPart(to, rest)), rest);
  }
}

/**
 * gradWeight [C][taps] = sum of partial [images][taps][C] over the images. Unit of begin and end: one
 * channel.
 */
export function depthwiseGradSum(partial: usize, images: i32, taps: i32, C: i32, gradWeight: usize, begin: i32, end: i32): void {
  for (let c = begin; c < end; c++) {
    for (let tap = 0; tap < taps; tap++) {
      let sum: f32 = 0;
      for (let n = 0; n < images; n++) sum += load<f32>(partial + floats((n * taps + tap) * C + c));
      store<f32>(gradWeight + floats(c * taps + tap), sum);
    }
  }
}
