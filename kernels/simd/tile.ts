// The register tile: 6 rows x 8 columns of a matrix product stay in twelve registers while k runs.
// Matrix multiply, convolution and its input gradient are this one loop; they differ only in where a row's floats lie.
// Not a matrix multiply by itself: gemm.ts and conv2d.ts walk over the tiles. May import lanes only.
//
// The ladder (one core, M=3136 K=288 N=64, Node 20 base module):
//   LADDER

import { PANEL_BYTES, floats, fma, fused, splat, storePart, loadPart } from './lanes';

/**
 * out[i][j] = bias[j] + sum over k of A[i][k] * panel[k][j], for i < rows (1 to 6) and j < cols (1 to 8).
 *
 * Row i of A is not one array but `runs` contiguous pieces of `runLength` floats: piece r begins at
 * row_i + offsets[r * runLength]. One piece makes it a plain matrix; one piece for each kernel row makes it a convolution,
 * because the pixels under one kernel row are neighbours in memory.
 *
 * A caller with fewer than 6 rows repeats its last row pointer: the tile computes those rows and does not store them.
 * The order of summation is k = 0, 1, 2 ... in each element, whatever tile the element lies in.
 */
export function tile(
  row0: usize, row1: usize, row2: usize, row3: usize, row4: usize, row5: usize,
  offsets: usize, runs: i32, runLength: i32,
  panel: usize, bias: usize,
  out: usize, outStride: usize, rows: i32, cols: i32,
): void {
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
      // Two k a round: what pays for the loop and the six pointer increments when multiply and add are two instructions.
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

/** Stores the first `cols` of eight columns. */
@inline
function storeRow(pointer: usize, left: v128, right: v128, cols: i32): void {
  if (cols == 8) {
    v128.store(pointer, left);
    v128.store(pointer, right, 16);
  } else {
    storePart(pointer, left, cols);
    storePart(pointer + 16, right, cols - 4);
  }
}
