// Matrix multiply over packed panels: out = bias + A B. Packing makes transposes
// free and every load contiguous.
// The naive loop is kernels/matmul.ts.
//
// The versions are those of the register tile (tile.ts). The outer loop is over panels, the inner
// one over rows: a panel of K x 8 (9 KB for K = 288) stays in the first-level cache for all rows.
// Blocking over K was not needed up to K = 1152, whose 36 KB panel streams from the second level at
// no measurable loss (36 GFLOP/s on Node 20, 55 relaxed, as for K = 288).
// Packing costs 0.05 ms for 1152 x 256, transposed or not; the product with 64 rows takes 1.0 ms.

import { PANEL, PANEL_BYTES, TILE_ROWS, clear, floats, wide } from './lanes';
import { transposeMatrix } from './layout';
import { rowTile, tile4 } from './smallTile';
import { tile } from './tile';

/** offsets[0] of a plain matrix: its row is one run that begins at the row's pointer. */
const ZERO_OFFSET: usize = memory.data(16, 16);

/**
 * Packs B, the K x N matrix b[k * strideK + n * strideN], into panels
 * [ceil(N/PANEL)][K][PANEL], padded with zeros.
 * Strides count floats; any strides are allowed, so a transposed B costs no more. Unit
 * of begin and end: one panel.
 */
export function packPanels(
  b: usize, strideK: i32, strideN: i32, K: i32, N: i32, panels: usize, begin: i32, end: i32,
): void {
  const panelBytes = <usize>K * PANEL_BYTES, stop = min(N, end * PANEL);
  panels += <usize>begin * panelBytes;
  for (let n = begin * PANEL; n < stop; n += PANEL, panels += panelBytes) {
    const from = b + floats(n * strideN);
    const cols = min(PANEL, N - n);
    if (cols < PANEL) clear(panels, K * PANEL);
    if (cols == PANEL && strideN == 1) copyPanel(from, floats(strideK), K, panels);
    else if (strideK == 1) transposeMatrix(from, floats(strideN), panels, PANEL_BYTES, cols, K);
    else gatherPanel(from, floats(strideK), floats(strideN), K, cols, panels);
  }
}

/** A panel whose columns are contiguous in memory. */
function copyPanel(from: usize, strideK: usize, K: i32, panel: usize): void {
  for (let k = 0; k < K; k++, from += strideK, panel += PANEL_BYTES) {
    v128.store(panel, v128.load(from));
    v128.store(panel, v128.load(from, 16), 16);
    if (wide()) {
      v128.store(panel, v128.load(from, 32), 32);
      v128.store(panel, v128.load(from, 48), 48);
    }
  }
}

/** A panel from any strides (bytes). */
function gatherPanel(from: usize, strideK: usize, strideN: usize, K: i32, cols: i32, panel: usize): void {
  for (let k = 0; k < K; k++, from += strideK, panel += PANEL_BYTES) {
    for (let j = 0; j < cols; j++) store<f32>(panel + floats(j), load<f32>(from + <usize>j * strideN));
  }
}

/** out [M][K] = a[m * strideM + k * strideK]: makes any A contiguous along k, as gemm requires. */
export function packRows(a: usize, strideM: i32, strideK: i32, M: i32, K: i32, out: usize): void {
  const row = floats(K);
  if (strideM == 1) {
    transposeMatrix(a, floats(strideK), out, row, K, M);
    return;
  }
  for (let m = 0; m < M; m++, out += row) {
    const from = a + floats(m * strideM);
    for (let k = 0; k < K; k++) store<f32>(out + floats(k), load<f32>(from + floats(k * strideK)));
  }
}

/**
 * out[m * outStrideM + n] = bias[n] + sum over k of a[m * strideM + k] * B[k][n], for n < N
 * and m in begin .. end. `panels` holds B (see packPanels), `bias` is [N] or 0. Unit of
 * begin and end: one row of out.
 */
export function gemm(
  a: usize,
  strideM: i32,
  K: i32,
  panels: usize,
  bias: usize,
  out: usize,
  outStrideM: i32,
  N: i32,
  begin: i32,
  end: i32,
): void {
  const aStride = floats(strideM), outStride = floats(outStrideM);
  const last = a + <usize>(end - 1) * aStride;
  let n = 0;
  if (!wide() && end - begin == 1) {
    for (; n + 4 * PANEL <= N; n += 4 * PANEL) {
      rowTile(last, K, panels + floats(n) * <usize>K, bias != 0 ? bias + floats(n) : 0, out + <usize>begin * outStride + floats(n));
    }
  }
  for (; n < N; n += PANEL) {
    const panel = panels + floats(n) * <usize>K;
    const cols = min(PANEL, N - n);
    const panelBias = bias != 0 ? bias + floats(n) : 0;
    for (let m = begin, rows = 0; m < end; m += rows) {
      const row = a + <usize>m * aStride, to = out + <usize>m * outStride + floats(n);
      rows = nextRows(end - m);
      if (!wide() && rows <= 4) {
        tile4(
          row, min(row + aStride, last), min(row + 2 * aStride, last), min(row + 3 * aStride, last), K,
          panel, panelBias, to, outStride, rows, cols,
        );
        continue;
      }
      tile(
        row, min(row + aStride, last), min(row + 2 * aStride, last),
        min(row + 3 * aStride, last), min(row + 4 * aStride, last), min(row + 5 * aStride, last),
        ZERO_OFFSET, 1, K, panel, panelBias, to, outStride, rows, cols,
      );
    }
  }
}

/** Rows of the next tile: seven and eight remaining rows are four and four; otherwise as many sixes as there are. */
function nextRows(remaining: i32): i32 {
  return remaining == 7 || remaining == 8 ? 4 : min(remaining, TILE_ROWS);
}

/**
 * out [rows][PANEL] = a [rows][K] times one panel, for a Winograd transform. Rows are contiguous. The
 * wide variant stores whole register tiles: `out` needs room for TILE_ROWS - 1 more rows, which it
 * leaves undefined.
 */
export function gemmPanel(a: usize, K: i32, panel: usize, out: usize, rows: i32): void {
  if (!wide()) {
    gemm(a, K, K, panel, 0, out, PANEL, PANEL, 0, rows);
    return;
  }
  const row = floats(K), last = a + <usize>(rows - 1) * row;
  for (let m = 0, count = 0; m < rows; m += count) {
    count = nextRows(rows - m) <= 4 ? 4 : TILE_ROWS;
    tile(
      a, min(a + row, last), min(a + 2 * row, last), min(a + 3 * row, last), min(a + 4 * row, last), min(a + 5 * row, last),
      ZERO_OFFSET, 1, K, panel, 0, out, PANEL_BYTES, count, PANEL,
    );
    a += <usize>count * row;
    out += <usize>count * PANEL_BYTES;
  }
}
