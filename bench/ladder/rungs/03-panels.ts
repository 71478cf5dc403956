// Rung 3: the convolution as a matrix product over packed panels, still one number at a time.
//
// New: the image is padded, so the inner loop has no tests; the three runs of a matrix row are
// contiguous; the weights are packed in the order in which they are read. The latency of the addition
// remains, so this rung alone gains nothing; rungs 4 to 9 need its layout. Each sum has the same terms
// in the same order as before, plus zeros of the padding, so the results are equal bit for bit.

import { PANEL, PANEL_BYTES, floats } from '../../../kernels/simd/lanes';
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
  for (let j = 0; j < PANEL; j++) {
    let sum: f32 = 0, a = row, b = panel + floats(j);
    for (let run = 0; run < 3; run++, a += paddedRow() - floats(runLength())) {
      for (const end = a + floats(runLength()); a < end; a += 4, b += PANEL_BYTES) sum += load<f32>(a) * load<f32>(b);
    }
    store<f32>(out + floats(j), sum);
  }
}
