// Rung 4: 128-bit SIMD, one row times eight columns.
//
// New: the eight sums of a panel row are two vectors, so one instruction adds four products. The order
// of each sum is unchanged. Three vector loads feed two multiply-adds, and two sums do not hide the
// latency of the addition.

import { PANEL, PANEL_BYTES, floats, fma, splat } from '../../../kernels/simd/lanes';
import { height, outChannels, pack, padImage, paddedRow, runLength, setSizes, taps, width, windowOf } from './layout';

export { pack, setSizes };

export function convolve(x: usize, panels: usize, out: usize, scratch: usize, images: i32): void {
  const pixels = height * width;
  for (let n = 0; n < images; n++) {
    const image = padImage(x, n, scratch);
    for (let o = 0; o < outChannels; o += PANEL) {
      const panel = panels + floats(o * taps());
      for (let p = 0; p < pixels; p++) {
        rowTimesPanel(windowOf(image, p), panel, out + floats((n * pixels + p) * outChannels + o));
      }
    }
  }
}

function rowTimesPanel(row: usize, panel: usize, out: usize): void {
  let left = f32x4.splat(0), right = f32x4.splat(0);
  for (let run = 0; run < 3; run++, row += paddedRow() - floats(runLength())) {
    for (const end = row + floats(runLength()); row < end; row += 4, panel += PANEL_BYTES) {
      const a = splat(row);
      left = fma(left, a, v128.load(panel));
      right = fma(right, a, v128.load(panel, 16));
    }
  }
  v128.store(out, left);
  v128.store(out, right, 16);
}
