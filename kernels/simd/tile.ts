// The register tile: 6 rows x 8 columns of a matrix product stay in twelve registers while k runs.
// Matrix multiply, convolution and its input gradient use this loop; they differ only in the
// addresses of the floats of a row. gemm.ts and conv2d.ts loop over the tiles.
//
// Versions, GFLOP/s on one core of an AMD EPYC (Zen 4), best of 60 rounds, matrix 3136 x 288
// x 64 or conv2 (14x14, 32 -> 64), base module on Node 20 unless stated; on a busy machine
// all numbers are a third lower:
//   scalar triple loop over panels                3
//   1 row x 8 columns                            20   three vector loads for two multiply-adds
//   6 x 8, two k a round, row 0 first in text    25   all loads come first and spill: see below
//   6 x 8, one k a round, row 5 first            28
//   6 x 8, two k a round, row 5 first            36   (Node 24: 41)
//   relaxed module, Node 24, one k a round       55   (two k a round: 37)
// Rejected, in a bare matrix multiply: 4x12, 3x16 and 8x8 need more than the 15 vector registers
// that V8 hands out (21 to 36, depending on the order of the text); 4x8 (24 to 38) and 5x8
// (20 to 33) load more for each multiply-add; four k a round (32).
//
// Why row 5 comes first: the machine code of V8 in Node 20 looks as if the loop were scheduled from
// its end, accumulator by accumulator in the order of the locals, a load only once everything
// behind it in the text is placed. With row 0 last in the text each load lands next to its use;
// with row 5 last, all loads come first and their values go to the stack and back. The numbers
// computed are the same. The order of locals is the compiler's: measure again after changing it.

import { PANEL_BYTES, floats, fma, fused, loadPart, splat, storeRow, wide } from './lanes';
import { partialWideTile } from './wideTile';

/**
 * out[i][j] = bias[j] + sum over k of A[i][k] * panel[k][j], for i < rows
 * (1 to 6) and j < cols (1 to PANEL).
 *
 * Row i of A is not one array but `runs` contiguous pieces of `runLength` floats: piece r begins at
 * row_i + offsets[r * runLength]. One piece makes it a plain matrix; one piece for each kernel row
 * makes it a convolution, because the pixels under one kernel row are contiguous in memory.
 *
 * A caller with fewer than 6 rows repeats its last row pointer: the tile computes those rows
 * and does not store them. The order of summation is k = 0, 1, 2 ... in each element,
 * whatever tile the element lies in.
 */
export function tile(
  row0: usize, row1: usize, row2: usize, row3: usize, row4: usize, row5: usize,
  offsets: usize, runs: i32, runLength: i32,
  panel: usize, bias: usize,
  out: usize, outStride: usize, rows: i32, cols: i32,
): void {
  if (wide()) {
    partialWideTile(
      row0, row1, row2, row3, row4, row5, offsets, runs, runLength, panel, bias, out, outStride, rows, cols,
    );
    return;
  }
  let left = f32x4.splat(0), right = f32x4.splat(0);
  if (bias != 0) {
    left = loadPart(bias, cols);
    right = loadPart(bias + 16, cols - 4);
  }
  let c00 = left, c10 = left, c20 = left, c30 = left, c40 = left, c50 = left;
  let c01 = right, c11 = right, c21 = right, c31 = right, c41 = right, c51 = right;

  const bytes = floats(runLength);
  for (const last = offsets + floats(runs) * runLength; offsets < last; offsets += bytes) {
    const offset = <usize>load<u32>(offsets);
    let a0 = row0 + offset, a1 = row1 + offset, a2 = row2 + offset;
    let a3 = row3 + offset, a4 = row4 + offset, a5 = row5 + offset;
    const end = a0 + bytes;

    if (!fused()) {
      // Two k a round: what pays for the loop and the six pointer increments when multiply
      // and add are two instructions.
      for (const pairs = a0 + (bytes & ~7); a0 < pairs; ) {
        let b0 = v128.load(panel), b1 = v128.load(panel, 16);
        let a = splat(a5); c50 = fma(c50, a, b0); c51 = fma(c51, a, b1);
        a = splat(a4); c40 = fma(c40, a, b0); c41 = fma(c41, a, b1);
        a = splat(a3); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
        a = splat(a2); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
        a = splat(a1); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
        a = splat(a0); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
        b0 = v128.load(panel, 32); b1 = v128.load(panel, 48);
        a = splat(a5 + 4); c50 = fma(c50, a, b0); c51 = fma(c51, a, b1);
        a = splat(a4 + 4); c40 = fma(c40, a, b0); c41 = fma(c41, a, b1);
        a = splat(a3 + 4); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
        a = splat(a2 + 4); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
        a = splat(a1 + 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
        a = splat(a0 + 4); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
        a0 += 8; a1 += 8; a2 += 8; a3 += 8; a4 += 8; a5 += 8;
        panel += 2 * PANEL_BYTES;
      }
    }
    while (a0 < end) {
      const b0 = v128.load(panel), b1 = v128.load(panel, 16);
      let a = splat(a5); c50 = fma(c50, a, b0); c51 = fma(c51, a, b1);
      a = splat(a4); c40 = fma(c40, a, b0); c41 = fma(c41, a, b1);
      a = splat(a3); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      a = splat(a2); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = splat(a1); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = splat(a0); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4;
      panel += PANEL_BYTES;
    }
  }

  storeRow(out, c00, c01, cols);
  if (rows > 1) storeRow(out + outStride, c10, c11, cols);
  if (rows > 2) storeRow(out + 2 * outStride, c20, c21, cols);
  if (rows > 3) storeRow(out + 3 * outStride, c30, c31, cols);
  if (rows > 4) storeRow(out + 4 * outStride, c40, c41, cols);
  if (rows > 5) storeRow(out + 5 * outStride, c50, c51, cols);
}
