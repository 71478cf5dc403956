// Rungs 6 to 9: the register tile of the package, kernels/simd/tile.ts, in four compilations.
//
//  6  base module: 6 x 8, multiply and add. New: each load stands next to its use.
//  7  relaxed module. New: multiply and add are one instruction with one rounding, so the last bits
//     change; one k in a round instead of two.
//  8  wide module, compiled to 128-bit instructions: 6 x 16 (wideTile.ts). Its 24 sums do not fit into
//     16 registers; this rung only shows why the wide module needs the next.
//  9  wide module, compiled by V8's revectorizer. New: two 128-bit operations become one of 256 bits.

import { PANEL, TILE_ROWS, floats } from '../../../kernels/simd/lanes';
import { tile } from '../../../kernels/simd/tile';
import { height, outChannels, pack, padImage, paddedFloats, paddedRow, runLength, setSizes, taps, width, windowOf } from './layout';

export { pack, setSizes };

export function convolve(x: usize, panels: usize, out: usize, scratch: usize, images: i32): void {
  const pixels = height * width, outStride = floats(outChannels);
  // The tile reads the offset of the run that begins at k from offsets[k].
  const offsets = scratch + floats(paddedFloats());
  for (let run = 0; run < 3; run++) store<u32>(offsets + floats(run * runLength()), <u32>run * <u32>paddedRow());
  for (let n = 0; n < images; n++) {
    const image = padImage(x, n, scratch);
    for (let o = 0; o < outChannels; o += PANEL) {
      const panel = panels + floats(o * taps());
      for (let first = 0; first < pixels; first += TILE_ROWS) {
        const p = min(first, pixels - TILE_ROWS);
        tile(
          windowOf(image, p), windowOf(image, p + 1), windowOf(image, p + 2),
          windowOf(image, p + 3), windowOf(image, p + 4), windowOf(image, p + 5),
          offsets, 3, runLength(), panel, 0,
          out + floats((n * pixels + p) * outChannels + o), outStride, TILE_ROWS, PANEL,
        );
      }
    }
  }
}
