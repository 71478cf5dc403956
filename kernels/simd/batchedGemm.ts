// Matrix products of a batch: every unit packs and multiplies the matrices of one batch index, so
// that many small products divide among threads and the packed panels stay in the first-level cache.
// The naive loop is kernels/matmul.ts; gemm.ts multiplies.

import { gemm, packPanels, packRows } from './gemm';
import { PANEL, PANEL_BYTES, floats } from './lanes';

/** Bytes of scratch that `batchedGemm` needs for each thread. `packA`: 1 if A is packed, else 0. */
export function batchedGemmScratch(M: i32, K: i32, N: i32, packA: i32): i32 {
  const panels = ((N + PANEL - 1) / PANEL) * K * <i32>PANEL_BYTES;
  return panels + packA * 4 * M * K;
}

/**
 * out[i] = A[i] B[i] for every i of the batch: A[i][m][k] lies at a + i batchA + m rowA + k innerA,
 * B[i][k][n] at b + i batchB + k innerB + n columnB, and out is dense [batch, M, N]. Strides count
 * floats and may be 0 or negative. If `panels` is not 0, it is B, packed, for the whole batch.
 * `packA` is 1 unless the rows of A are contiguous. Unit of begin and end: one index of the batch.
 */
export function batchedGemm(
  a: usize, batchA: i32, rowA: i32, innerA: i32, packA: i32,
  b: usize, batchB: i32, innerB: i32, columnB: i32, panels: usize,
  M: i32, K: i32, N: i32, out: usize, scratch: usize, begin: i32, end: i32,
): void {
  const panelCount = (N + PANEL - 1) / PANEL;
  const packed = panels != 0 ? panels : scratch;
  const rows = scratch + <usize>panelCount * floats(K) * PANEL;
  for (let i = begin; i < end; i++) {
    if (panels == 0) packPanels(b + floats(i * batchB), innerB, columnB, K, N, packed, 0, panelCount);
    let from = a + floats(i * batchA), stride = rowA;
    if (packA != 0) {
      packRows(from, rowA, innerA, M, K, rows);
      from = rows;
      stride = K;
    }
    gemm(from, stride, K, packed, 0, out + floats(i * M) * <usize>N, N, N, 0, M);
  }
}

/**
 * `packRows` for threads: out [M][K] = a[m strideM + k strideK]. Unit of begin and end: one row of
 * out.
 */
export function packRowRange(
  a: usize, strideM: i32, strideK: i32, K: i32, out: usize, begin: i32, end: i32,
): void {
  packRows(a + floats(begin * strideM), strideM, strideK, end - begin, K, out + floats(begin) * <usize>K);
}
