// Batch norm over x [rows, C] (rows = N*H*W): statistics in one pass over memory,
// and the backward pass in two.
// The forward map y = x * scale + shift is scaleShift in rows.ts; the formulas are
// derived in kernels/batchNorm.ts.
//
// Versions, x [50176, 32] (6.4 MB), Node 20, one core: statistics in one pass over memory (mean and
// squares of a block while it is in the cache), eight channels at a time 0.29 ms, sixteen, a whole
// cache line, 0.23 ms (one pass around the first row: 0.37 ms, and less exact); forward map 0.49
// ms, gradient sums 0.61 ms, input gradient 0.87 ms.

import { floats, fma, loadPart, storePart } from './lanes';
import { ROW_BLOCK } from './rows';

/**
 * partials [blocks][2][C] = the mean of each block of ROW_BLOCK rows, and the sum
 * of squares around that mean.
 * Unit of begin and end: one block. The second pass over a block finds it in the
 * cache, so memory is read once.
 */
export function batchNormStatBlocks(x: usize, rows: i32, C: i32, partials: usize, begin: i32, end: i32): void {
  const stride = floats(C);
  for (let block = begin; block < end; block++) {
    const count = min(ROW_BLOCK, rows - block * ROW_BLOCK);
    const first = x + floats(block * ROW_BLOCK) * <usize>C;
    const out = partials + floats(2 * block) * <usize>C;
    let c: usize = 0;
    for (; c + 64 <= stride; c += 64) stats16(first + c, stride, count, out + c);
    for (; c + 16 <= stride; c += 16) stats4(first + c, stride, count, out + c, 4);
    if (c < stride) stats4(first + c, stride, count, out + c, C & 3);
  }
}

/**
 * Mean and centered squares of sixteen channels: four sums hide the latency of
 * addition, and fill a cache line.
 */
function stats16(x: usize, stride: usize, count: i32, out: usize): void {
  const last = x + <usize>count * stride, zero = f32x4.splat(0), scale = f32x4.splat(1 / <f32>count);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  for (let row = x; row < last; row += stride) {
    s0 = f32x4.add(s0, v128.load(row));
    s1 = f32x4.add(s1, v128.load(row, 16));
    s2 = f32x4.add(s2, v128.load(row, 32));
    s3 = f32x4.add(s3, v128.load(row, 48));
  }
  const mean0 = f32x4.mul(s0, scale), mean1 = f32x4.mul(s1, scale);
  const mean2 = f32x4.mul(s2, scale), mean3 = f32x4.mul(s3, scale);
  v128.store(out, mean0);
  v128.store(out, mean1, 16);
  v128.store(out, mean2, 32);
  v128.store(out, mean3, 48);

  s0 = zero; s1 = zero; s2 = zero; s3 = zero;
  for (let row = x; row < last; row += stride) {
    const d0 = f32x4.sub(v128.load(row), mean0), d1 = f32x4.sub(v128.load(row, 16), mean1);
    const d2 = f32x4.sub(v128.load(row, 32), mean2), d3 = f32x4.sub(v128.load(row, 48), mean3);
    s0 = fma(s0, d0, d0);
    s1 = fma(s1, d1, d1);
    s2 = fma(s2, d2, d2);
    s3 = fma(s3, d3, d3);
  }
  out += stride;
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

/** The same for one to four of the remaining channels. */
@inline
function stats4(x: usize, stride: usize, count: i32, out: usize, channels: i32): void {
  const last = x + <usize>count * stride;
  let sum = f32x4.splat(0), squares = sum;
  for (let row = x; row < last; row += stride) sum = f32x4.add(sum, loadPart(row, channels));
  const mean = f32x4.mul(sum, f32x4.splat(1 / <f32>count));
  for (let row = x; row < last; row += stride) {
    const deviation = f32x4.sub(loadPart(row, channels), mean);
    squares = fma(squares, deviation, deviation);
  }
  storePart(out, mean, channels);
  storePart(out + stride, squares, channels);
}

/**
 * mean [C] and biased variance [C] from the blocks, in float64, by the parallel rule of Chan, Golub
 * and LeVeque (1979): squares of the whole = squares of the blocks + sum over blocks of
 * count * (block mean - mean)^2.
 */
export function batchNormStats(partials: usize, rows: i32, C: i32, mean: usize, variance: usize): void {
  const blocks = (rows + ROW_BLOCK - 1) / ROW_BLOCK;
  for (let c = 0; c < C; c++) {
    let sum: f64 = 0, squares: f64 = 0;
    for (let block = 0; block < blocks; block++) {
      const count = min(ROW_BLOCK, rows - block * ROW_BLOCK);
      sum += <f64>load<f32>(partials + floats(2 * block * C + c)) * <f64>count;
    }
    const channelMean = sum / <f64>rows;
    for (let block = 0; block < blocks; block++) {
      const blockPartials = partials + floats(2 * block * C + c);
      const difference = <f64>load<f32>(blockPartials) - channelMean;
      squares += <f64>load<f32>(blockPartials + floats(C)) + difference * difference * <f64>min(ROW_BLOCK, rows - block * ROW_BLOCK);
    }
    store<f32>(mean + floats(c), <f32>channelMean);
    store<f32>(variance + floats(c), <f32>(squares / <f64>rows));
  }
}

/** running [C] = (1 - momentum) * running + momentum * batch * correction. */
export function runningAverage(running: usize, batch: usize, momentum: f64, correction: f64, C: i32): void {
  for (let c: usize = 0, width = floats(C); c < width; c += 4) {
    const retained = (1 - momentum) * <f64>load<f32>(running + c);
    store<f32>(running + c, <f32>(retained + momentum * <f64>load<f32>(batch + c) * correction));
  }
}

/** inverse [C] = 1 / sqrt(variance + epsilon). */
export function inverseDeviation(variance: usize, epsilon: f64, C: i32, inverse: usize): void {
  for (let c: usize = 0, width = floats(C); c < width; c += 4) {
    store<f32>(inverse + c, <f32>(1 / Math.sqrt(<f64>load<f32>(variance + c) + epsilon)));
  }
}

/**
 * scale [C] = weight * inverse, shift [C] = bias - mean * scale: batch
 * norm is y = x * scale + shift.
 */
export function foldStatistics(
  mean: usize, inverse: usize, weight: usize, bias: usize, C: i32, scale: usize, shift: usize,
): void {
  for (let c: usize = 0, width = floats(C); c < width; c += 4) {
    const factor = <f64>load<f32>(weight + c) * <f64>load<f32>(inverse + c);
    store<f32>(scale + c, <f32>factor);
    store<f32>(shift + c, <f32>(<f64>load<f32>(bias + c) - <f64>load<f32>(mean + c) * factor));
  }
}

/**
 * partials [blocks][2][C] = per block, sum of grad and sum of grad * xhat with xhat =
 * (x - mean) * inverse; sumBlocks with width 2C adds them up to gradBias and gradWeight. Unit
 * of begin and end: one block.
 */
export function batchNormGradBlocks(
  x: usize, grad: usize, mean: usize, inverse: usize, rows: i32, C: i32, partials: usize, begin: i32, end: i32,
): void {
  const stride = floats(C);
  for (let block = begin; block < end; block++) {
    const first = floats(block * ROW_BLOCK) * <usize>C;
    const count = <usize>min(ROW_BLOCK, rows - block * ROW_BLOCK) * stride;
    const out = partials + floats(2 * block) * <usize>C;
    let c: usize = 0;
    for (; c + 32 <= stride; c += 32) {
      const m0 = v128.load(mean + c), m1 = v128.load(mean + c, 16);
      let g0 = f32x4.splat(0), g1 = g0, gx0 = g0, gx1 = g0;
      for (let row = first + c, stop = row + count; row < stop; row += stride) {
        const v0 = v128.load(grad + row), v1 = v128.load(grad + row, 16);
        g0 = f32x4.add(g0, v0);
        g1 = f32x4.add(g1, v1);
        gx0 = fma(gx0, v0, f32x4.sub(v128.load(x + row), m0));
        gx1 = fma(gx1, v1, f32x4.sub(v128.load(x + row, 16), m1));
      }
      v128.store(out + c, g0);
      v128.store(out + c, g1, 16);
      v128.store(out + stride + c, f32x4.mul(gx0, v128.load(inverse + c)));
      v128.store(out + stride + c, f32x4.mul(gx1, v128.load(inverse + c, 16)), 16);
    }
    for (; c < stride; c += 4) {
      let sumG: f32 = 0, sumGX: f32 = 0;
      for (let row = first + c, stop = row + count; row < stop; row += stride) {
        const v = load<f32>(grad + row);
        sumG += v;
        sumGX += v * (load<f32>(x + row) - load<f32>(mean + c));
      }
      store<f32>(out + c, sumG);
      store<f32>(out + stride + c, sumGX * load<f32>(inverse + c));
    }
  }
}

/**
 * The coefficients [3][C] of batchNormGradInput:
 *   gradX = weight * inverse * (grad - sumG / rows - xhat * sumGX / rows)
 *         = k0 * grad + k1 * (x - mean) + k2
 * `sums` is [2][C]: sum of grad, sum of grad * xhat; `weight` is [C], or 0 for all ones.
 */
export function batchNormGradCoefficients(
  inverse: usize, weight: usize, sums: usize, rows: i32, C: i32, coefficients: usize,
): void {
  const width = floats(C);
  for (let c: usize = 0; c < width; c += 4, coefficients += 4) {
    const inverseStd = <f64>load<f32>(inverse + c);
    const k0 = inverseStd * (weight != 0 ? <f64>load<f32>(weight + c) : 1);
    store<f32>(coefficients, <f32>k0);
    store<f32>(coefficients + width, <f32>((-k0 * inverseStd * <f64>load<f32>(sums + width + c)) / <f64>rows));
    store<f32>(coefficients + 2 * width, <f32>((-k0 * <f64>load<f32>(sums + c)) / <f64>rows));
  }
}

/**
 * gradX = k0 * grad + k1 * (x - mean) + k2, see batchNormGradCoefficients. Unit of begin and end:
 * one row. gradX may be grad or x.
 */
export function batchNormGradInput(
  x: usize, grad: usize, mean: usize, coefficients: usize, gradX: usize, C: i32, begin: i32, end: i32,
): void {
  const width = floats(C), vectors = floats(C & ~3);
  const k0 = coefficients, k1 = k0 + width, k2 = k1 + width;
  for (let row = <usize>begin * width, stop = <usize>end * width; row < stop; row += width) {
    let c: usize = 0;
    for (; c < vectors; c += 16) {
      const centered = f32x4.sub(v128.load(x + row + c), v128.load(mean + c));
      const offset = fma(v128.load(k2 + c), centered, v128.load(k1 + c));
      v128.store(gradX + row + c, fma(offset, v128.load(grad + row + c), v128.load(k0 + c)));
    }
    for (; c < width; c += 4) {
      const centered = load<f32>(x + row + c) - load<f32>(mean + c);
      const offset = centered * load<f32>(k1 + c) + load<f32>(k2 + c);
      store<f32>(gradX + row + c, load<f32>(grad + row + c) * load<f32>(k0 + c) + offset);
    }
  }
}
