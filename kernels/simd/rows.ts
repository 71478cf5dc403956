// Column sums and affine maps over x [rows, channels], channels innermost: bias gradients, and the
// affine part of batch norm. The statistics of batch norm are in batchNorm.ts.
//
// Why blocks: one running sum over 50,176 rows would lose four of float32's seven digits to
// rounding. Each block of 256 rows is summed in registers, and the few hundred block sums are added
// in float64. The blocks are also the units that threads divide; their borders are fixed, so the
// result does not depend on the number of threads.

import { floats, fma, loadPart, storePart } from './lanes';

/** Rows summed in float32 before float64 takes over. */
export const ROW_BLOCK: i32 = 256;

/**
 * partials [blocks][C] = sum of each block of ROW_BLOCK rows of x [rows, C];
 * sumBlocks completes the sum.
 * Unit of begin and end: one block; there are ceil(rows / ROW_BLOCK).
 */
export function columnSumBlocks(x: usize, rows: i32, C: i32, partials: usize, begin: i32, end: i32): void {
  const stride = floats(C);
  for (let block = begin; block < end; block++) {
    const first = x + floats(block * ROW_BLOCK) * <usize>C;
    const last = first + <usize>min(ROW_BLOCK, rows - block * ROW_BLOCK) * stride;
    const out = partials + floats(block) * <usize>C;
    let c = 0;
    // Sixteen channels at once: four independent sums hide the latency of the
    // addition, and fill a cache line.
    for (; c + 16 <= C; c += 16) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let row = first + floats(c), stop = last + floats(c); row < stop; row += stride) {
        s0 = f32x4.add(s0, v128.load(row));
        s1 = f32x4.add(s1, v128.load(row, 16));
        s2 = f32x4.add(s2, v128.load(row, 32));
        s3 = f32x4.add(s3, v128.load(row, 48));
      }
      v128.store(out + floats(c), s0);
      v128.store(out + floats(c), s1, 16);
      v128.store(out + floats(c), s2, 32);
      v128.store(out + floats(c), s3, 48);
    }
    for (; c + 4 <= C; c += 4) {
      let sum = f32x4.splat(0);
      for (let row = first + floats(c), stop = last + floats(c); row < stop; row += stride) {
        sum = f32x4.add(sum, v128.load(row));
      }
      v128.store(out + floats(c), sum);
    }
    for (; c < C; c++) {
      let sum: f32 = 0;
      for (let row = first + floats(c), stop = last + floats(c); row < stop; row += stride) sum += load<f32>(row);
      store<f32>(out + floats(c), sum);
    }
  }
}

/** out [width] = sum over the blocks of partials [blocks][width], in float64. */
export function sumBlocks(partials: usize, blocks: i32, width: i32, out: usize): void {
  for (let j = 0; j < width; j++) {
    let sum: f64 = 0;
    for (let block = 0; block < blocks; block++) sum += <f64>load<f32>(partials + floats(block * width + j));
    store<f32>(out + floats(j), <f32>sum);
  }
}

/**
 * y = x * scale[c] + shift[c]: batch norm with its statistics folded into two numbers a channel.
 * Unit of begin and end: one row. y may be x.
 */
export function scaleShift(x: usize, scale: usize, shift: usize, y: usize, C: i32, begin: i32, end: i32): void {
  const width = floats(C), vectors = floats(C & ~3), remainder = C & 3;
  x += <usize>begin * width;
  y += <usize>begin * width;
  for (let row = begin; row < end; row++, x += width, y += width) {
    let c: usize = 0;
    for (; c < vectors; c += 16) {
      v128.store(y + c, fma(v128.load(shift + c), v128.load(x + c), v128.load(scale + c)));
    }
    if (remainder) storePart(y + c, fma(loadPart(shift + c, remainder), loadPart(x + c, remainder), loadPart(scale + c, remainder)), remainder);
  }
}
