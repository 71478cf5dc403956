// The register tile of the wide variant: 6 rows x 16 columns of a matrix product in 24 vectors, which
// V8's revectorizer merges in pairs into twelve 256-bit registers. The last four rows or fewer take a
// tile of 4 x 16: its eight sums are the fewest that hide the latency of the multiply-add.
//
// It merges two adjacent 16-byte operations into one. This sets the form of the code: vectors come in
// pairs that are adjacent in memory, and all stores are unconditional and in one block. A tile with
// fewer rows or columns is therefore stored in scratch memory first. The results are bit-for-bit those
// of tile.ts, which sums in the same order.
//
// GFLOP/s on one core of an AMD EPYC (Zen 5), Node 24, K = 288: 6 x 8 without the revectorizer 52,
// with it 76 (six sums do not hide the latency of the multiply-add); 6 x 16 without it 38 (24 vectors
// do not fit into 16 registers), with it 111.

import { PANEL, PANEL_BYTES, TILE_ROWS, floats, fma, splat } from './lanes';

const TILE_BYTES: usize = <usize>TILE_ROWS * PANEL_BYTES;

/** Number of the thread of this instance: at most 63. */
// @ts-ignore: an import of the module
@external('env', 'thread')
declare const thread: i32;

/**
 * Address of a register tile in memory of this thread, [6][16]: below the static data, where the build
 * leaves room for 64 threads.
 */
export const tileScratch: usize = <usize>(thread + 1) * TILE_BYTES;

/** The bias of a product without one. */
const ZEROS: usize = memory.data(64, 16);

/** The arguments and the result of `tile` in tile.ts, for panels of sixteen columns. */
export function partialWideTile(
  row0: usize, row1: usize, row2: usize, row3: usize, row4: usize, row5: usize,
  offsets: usize, runs: i32, runLength: i32,
  panel: usize, bias: usize,
  out: usize, outStride: usize, rows: i32, cols: i32,
): void {
  const zeroOrBias = bias != 0 ? bias : ZEROS;
  if (rows == TILE_ROWS && cols == PANEL) {
    wideTile(row0, row1, row2, row3, row4, row5, offsets, runs, runLength, panel, zeroOrBias, out, outStride);
    return;
  }
  if (rows == 4 && cols == PANEL) {
    wideTile4(row0, row1, row2, row3, offsets, runs, runLength, panel, zeroOrBias, out, outStride);
    return;
  }
  let from = zeroOrBias;
  if (bias != 0 && cols < PANEL) {
    memory.copy(tileScratch, bias, floats(cols));
    from = tileScratch;
  }
  if (rows <= 4) wideTile4(row0, row1, row2, row3, offsets, runs, runLength, panel, from, tileScratch, PANEL_BYTES);
  else wideTile(row0, row1, row2, row3, row4, row5, offsets, runs, runLength, panel, from, tileScratch, PANEL_BYTES);
  from = tileScratch;
  for (let row = 0; row < rows; row++, from += PANEL_BYTES, out += outStride) {
    memory.copy(out, from, floats(cols));
  }
}

/** out[i][j] = bias[j] + sum over k of A[i][k] * panel[k][j], for six i and sixteen j; see tile.ts. */
function wideTile(
  row0: usize, row1: usize, row2: usize, row3: usize, row4: usize, row5: usize,
  offsets: usize, runs: i32, runLength: i32,
  panel: usize, bias: usize, out: usize, outStride: usize,
): void {
  let c00 = v128.load(bias), c01 = v128.load(bias, 16), c02 = v128.load(bias, 32), c03 = v128.load(bias, 48);
  let c10 = c00, c11 = c01, c12 = c02, c13 = c03, c20 = c00, c21 = c01, c22 = c02, c23 = c03;
  let c30 = c00, c31 = c01, c32 = c02, c33 = c03, c40 = c00, c41 = c01, c42 = c02, c43 = c03;
  let c50 = c00, c51 = c01, c52 = c02, c53 = c03;
  const bytes = floats(runLength);
  for (const last = offsets + floats(runs) * runLength; offsets < last; offsets += bytes) {
    const offset = <usize>load<u32>(offsets);
    let a0 = row0 + offset, a1 = row1 + offset, a2 = row2 + offset;
    let a3 = row3 + offset, a4 = row4 + offset, a5 = row5 + offset;
    for (const end = a0 + bytes; a0 < end; ) {
      const b0 = v128.load(panel), b1 = v128.load(panel, 16), b2 = v128.load(panel, 32), b3 = v128.load(panel, 48);
      let a = splat(a5);
      c50 = fma(c50, a, b0); c51 = fma(c51, a, b1); c52 = fma(c52, a, b2); c53 = fma(c53, a, b3);
      a = splat(a4);
      c40 = fma(c40, a, b0); c41 = fma(c41, a, b1); c42 = fma(c42, a, b2); c43 = fma(c43, a, b3);
      a = splat(a3);
      c30 = fma(c30, a, b0); c31 = fma(c31, a, b1); c32 = fma(c32, a, b2); c33 = fma(c33, a, b3);
      a = splat(a2);
      c20 = fma(c20, a, b0); c21 = fma(c21, a, b1); c22 = fma(c22, a, b2); c23 = fma(c23, a, b3);
      a = splat(a1);
      c10 = fma(c10, a, b0); c11 = fma(c11, a, b1); c12 = fma(c12, a, b2); c13 = fma(c13, a, b3);
      a = splat(a0);
      c00 = fma(c00, a, b0); c01 = fma(c01, a, b1); c02 = fma(c02, a, b2); c03 = fma(c03, a, b3);
      a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4;
      panel += PANEL_BYTES;
    }
  }
  v128.store(out, c00); v128.store(out, c01, 16); v128.store(out, c02, 32); v128.store(out, c03, 48);
  out += outStride;
  v128.store(out, c10); v128.store(out, c11, 16); v128.store(out, c12, 32); v128.store(out, c13, 48);
  out += outStride;
  v128.store(out, c20); v128.store(out, c21, 16); v128.store(out, c22, 32); v128.store(out, c23, 48);
  out += outStride;
  v128.store(out, c30); v128.store(out, c31, 16); v128.store(out, c32, 32); v128.store(out, c33, 48);
  out += outStride;
  v128.store(out, c40); v128.store(out, c41, 16); v128.store(out, c42, 32); v128.store(out, c43, 48);
  out += outStride;
  v128.store(out, c50); v128.store(out, c51, 16); v128.store(out, c52, 32); v128.store(out, c53, 48);
}

/** The same for four rows. */
function wideTile4(
  row0: usize, row1: usize, row2: usize, row3: usize,
  offsets: usize, runs: i32, runLength: i32,
  panel: usize, bias: usize, out: usize, outStride: usize,
): void {
  let c00 = v128.load(bias), c01 = v128.load(bias, 16), c02 = v128.load(bias, 32), c03 = v128.load(bias, 48);
  let c10 = c00, c11 = c01, c12 = c02, c13 = c03, c20 = c00, c21 = c01, c22 = c02, c23 = c03;
  let c30 = c00, c31 = c01, c32 = c02, c33 = c03;
  const bytes = floats(runLength);
  for (const last = offsets + floats(runs) * runLength; offsets < last; offsets += bytes) {
    const offset = <usize>load<u32>(offsets);
    let a0 = row0 + offset, a1 = row1 + offset, a2 = row2 + offset, a3 = row3 + offset;
    for (const end = a0 + bytes; a0 < end; ) {
      const b0 = v128.load(panel), b1 = v128.load(panel, 16), b2 = v128.load(panel, 32), b3 = v128.load(panel, 48);
      let a = splat(a3);
      c30 = fma(c30, a, b0); c31 = fma(c31, a, b1); c32 = fma(c32, a, b2); c33 = fma(c33, a, b3);
      a = splat(a2);
      c20 = fma(c20, a, b0); c21 = fma(c21, a, b1); c22 = fma(c22, a, b2); c23 = fma(c23, a, b3);
      a = splat(a1);
      c10 = fma(c10, a, b0); c11 = fma(c11, a, b1); c12 = fma(c12, a, b2); c13 = fma(c13, a, b3);
      a = splat(a0);
      c00 = fma(c00, a, b0); c01 = fma(c01, a, b1); c02 = fma(c02, a, b2); c03 = fma(c03, a, b3);
      a0 += 4; a1 += 4; a2 += 4; a3 += 4;
      panel += PANEL_BYTES;
    }
  }
  v128.store(out, c00); v128.store(out, c01, 16); v128.store(out, c02, 32); v128.store(out, c03, 48);
  out += outStride;
  v128.store(out, c10); v128.store(out, c11, 16); v128.store(out, c12, 32); v128.store(out, c13, 48);
  out += outStride;
  v128.store(out, c20); v128.store(out, c21, 16); v128.store(out, c22, 32); v128.store(out, c23, 48);
  out += outStride;
  v128.store(out, c30); v128.store(out, c31, 16); v128.store(out, c32, 32); v128.store(out, c33, 48);
}
