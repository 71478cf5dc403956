// Register tiles for the rows left over by the six-row tile of tile.ts: 4 rows x 8 columns, and one
// row x 32 columns. They add in the same order, so the result of a row does not depend on the tile.
//
// Why: at the end of a block of rows, and in a small batch, the six-row tile
// computes rows that are not stored.
// One core of an AMD EPYC (Zen 4), GFLOP/s of stored results, matrix rows x 288 x 64,
// Node 20 base / Node 24 relaxed:
//   rows                     1          2          4          8         22
//   six-row tile alone    7 / 10    13 / 19    26 / 38    26 / 38    36 / 52    (full: 39 / 57)
//   with these           30 / 48    16 / 27    31 / 54    31 / 54    37 / 57

import { PANEL_BYTES, floats, fma, fused, loadPart, splat, storeRow } from './lanes';

/**
 * out[i][j] = bias[j] + sum over k of a_i[k] * panel[k][j], for i < rows (1 to 4) and j < cols
 * (1 to 8); rows repeat as in tile.ts.
 */
export function tile4(
  a0: usize, a1: usize, a2: usize, a3: usize, K: i32,
  panel: usize, bias: usize, out: usize, outStride: usize, rows: i32, cols: i32,
): void {
  let left = f32x4.splat(0), right = f32x4.splat(0);
  if (bias != 0) {
    left = loadPart(bias, cols);
    right = loadPart(bias + 16, cols - 4);
  }
  let c00 = left, c10 = left, c20 = left, c30 = left;
  let c01 = right, c11 = right, c21 = right, c31 = right;
  const end = a0 + floats(K);
  if (!fused()) {
    for (const pairs = a0 + (floats(K) & ~7); a0 < pairs; ) {
      let b0 = v128.load(panel), b1 = v128.load(panel, 16);
      let a = splat(a3); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      a = splat(a2); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = splat(a1); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = splat(a0); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      b0 = v128.load(panel, 32); b1 = v128.load(panel, 48);
      a = splat(a3 + 4); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      a = splat(a2 + 4); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = splat(a1 + 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = splat(a0 + 4); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      a0 += 8; a1 += 8; a2 += 8; a3 += 8;
      panel += 2 * PANEL_BYTES;
    }
  }
  while (a0 < end) {
    const b0 = v128.load(panel), b1 = v128.load(panel, 16);
    let a = splat(a3); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    a = splat(a2); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = splat(a1); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = splat(a0); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a0 += 4; a1 += 4; a2 += 4; a3 += 4;
    panel += PANEL_BYTES;
  }
  storeRow(out, c00, c01, cols);
  if (rows > 1) storeRow(out + outStride, c10, c11, cols);
  if (rows > 2) storeRow(out + 2 * outStride, c20, c21, cols);
  if (rows > 3) storeRow(out + 3 * outStride, c30, c31, cols);
}

/**
 * One row times four panels at once, so that eight sums hide the latency
 * of the multiply-add: out [32].
 */
export function rowTile(a: usize, K: i32, panels: usize, bias: usize, out: usize): void {
  const second = panels + <usize>K * PANEL_BYTES, third = second + <usize>K * PANEL_BYTES;
  let p3 = third + <usize>K * PANEL_BYTES, p2 = third, p1 = second, p0 = panels;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (bias != 0) {
    c00 = v128.load(bias); c01 = v128.load(bias, 16); c10 = v128.load(bias, 32); c11 = v128.load(bias, 48);
    c20 = v128.load(bias, 64); c21 = v128.load(bias, 80); c30 = v128.load(bias, 96); c31 = v128.load(bias, 112);
  }
  for (const end = a + floats(K); a < end; a += 4) {
    const x = splat(a);
    c30 = fma(c30, x, v128.load(p3)); c31 = fma(c31, x, v128.load(p3, 16));
    c20 = fma(c20, x, v128.load(p2)); c21 = fma(c21, x, v128.load(p2, 16));
    c10 = fma(c10, x, v128.load(p1)); c11 = fma(c11, x, v128.load(p1, 16));
    c00 = fma(c00, x, v128.load(p0)); c01 = fma(c01, x, v128.load(p0, 16));
    p0 += PANEL_BYTES; p1 += PANEL_BYTES; p2 += PANEL_BYTES; p3 += PANEL_BYTES;
  }
  v128.store(out, c00); v128.store(out, c01, 16); v128.store(out, c10, 32); v128.store(out, c11, 48);
  v128.store(out, c20, 64); v128.store(out, c21, 80); v128.store(out, c30, 96); v128.store(out, c31, 112);
}
