// Rung 5: the register tile, 6 rows x 8 columns, in the natural order of the statements.
//
// New: 8 + 6 numbers are loaded for 48 multiply-adds, and twelve independent sums hide the latency of
// the addition. But all loads come first: two k in one round load 16 vectors while twelve sums are
// live. V8 has 15 registers, so in Node 20 values go to the stack and back (spills). V8 13.6 (Node 24)
// is as fast as with rung 6, which has the same instructions in another order.

import { PANEL, PANEL_BYTES, TILE_ROWS, floats, fma, splat } from '../../../kernels/simd/lanes';
import { height, outChannels, pack, padImage, paddedRow, runLength, setSizes, taps, width, windowOf } from './layout';

export { pack, setSizes };

export function convolve(x: usize, panels: usize, out: usize, scratch: usize, images: i32): void {
  const pixels = height * width;
  for (let n = 0; n < images; n++) {
    const image = padImage(x, n, scratch);
    for (let o = 0; o < outChannels; o += PANEL) {
      const panel = panels + floats(o * taps());
      for (let first = 0; first < pixels; first += TILE_ROWS) {
        const p = min(first, pixels - TILE_ROWS); // the last tile overlaps the one before it
        tile(
          windowOf(image, p), windowOf(image, p + 1), windowOf(image, p + 2),
          windowOf(image, p + 3), windowOf(image, p + 4), windowOf(image, p + 5),
          panel, out + floats((n * pixels + p) * outChannels + o),
        );
      }
    }
  }
}

function tile(
  row0: usize, row1: usize, row2: usize, row3: usize, row4: usize, row5: usize, panel: usize, out: usize,
): void {
  let c00 = f32x4.splat(0), c10 = c00, c20 = c00, c30 = c00, c40 = c00, c50 = c00;
  let c01 = c00, c11 = c00, c21 = c00, c31 = c00, c41 = c00, c51 = c00;
  for (let run = 0; run < 3; run++) {
    const offset = <usize>run * paddedRow();
    let a0 = row0 + offset, a1 = row1 + offset, a2 = row2 + offset;
    let a3 = row3 + offset, a4 = row4 + offset, a5 = row5 + offset;
    for (const end = a0 + floats(runLength()); a0 < end; ) {
      const b0 = v128.load(panel), b1 = v128.load(panel, 16), d0 = v128.load(panel, 32), d1 = v128.load(panel, 48);
      const s0 = splat(a0), s1 = splat(a1), s2 = splat(a2), s3 = splat(a3), s4 = splat(a4), s5 = splat(a5);
      const t0 = splat(a0 + 4), t1 = splat(a1 + 4), t2 = splat(a2 + 4), t3 = splat(a3 + 4), t4 = splat(a4 + 4), t5 = splat(a5 + 4);
      c00 = fma(fma(c00, s0, b0), t0, d0); c01 = fma(fma(c01, s0, b1), t0, d1);
      c10 = fma(fma(c10, s1, b0), t1, d0); c11 = fma(fma(c11, s1, b1), t1, d1);
      c20 = fma(fma(c20, s2, b0), t2, d0); c21 = fma(fma(c21, s2, b1), t2, d1);
      c30 = fma(fma(c30, s3, b0), t3, d0); c31 = fma(fma(c31, s3, b1), t3, d1);
      c40 = fma(fma(c40, s4, b0), t4, d0); c41 = fma(fma(c41, s4, b1), t4, d1);
      c50 = fma(fma(c50, s5, b0), t5, d0); c51 = fma(fma(c51, s5, b1), t5, d1);
      a0 += 8; a1 += 8; a2 += 8; a3 += 8; a4 += 8; a5 += 8;
      panel += 2 * PANEL_BYTES;
    }
  }
  const row = floats(outChannels);
  v128.store(out, c00); v128.store(out, c01, 16);
  v128.store(out + row, c10); v128.store(out + row, c11, 16);
  v128.store(out + 2 * row, c20); v128.store(out + 2 * row, c21, 16);
  v128.store(out + 3 * row, c30); v128.store(out + 3 * row, c31, 16);
  v128.store(out + 4 * row, c40); v128.store(out + 4 * row, c41, 16);
  v128.store(out + 5 * row, c50); v128.store(out + 5 * row, c51, 16);
}
