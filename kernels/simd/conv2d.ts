// Direct convolution over NHWC images: the register tile of matrix multiply, run over six output pixels at a time.
// The naive loop is kernels/conv2d.ts. No im2col: the matrix that a tile reads is the padded image itself (convShape.ts).
// May import lanes, tile, convShape, convPack.
//
// The ladder, GFLOP/s (Node 20 base / Node 24 relaxed, one core, batch 64), is that of tile.ts; on top of it:
//   conv2 14x14 32->64   forward 36 / 55, input gradient 36 / 55
//   conv3 7x7 64->128    forward 35 / 55, input gradient 36 / 55: tiles run on across the images of a block, or 49 = 8 * 6 + 1
//                        pixels would waste a tenth
//   conv1 28x28 1->32    forward 21 / 30: nine multiply-adds an output; beginning and ending a tile shows

import { PANEL, PANEL_BYTES, TILE_ROWS, floats } from './lanes';
import { ConvShape, paddedBlock } from './convShape';
import { tile } from './tile';

/**
 * out [N, outHeight, outWidth, outChannels] = convolution of x [N, height, width, channels] with `panels`, plus bias [O] or 0.
 * `scratch` holds blockImages padded images. Unit of begin and end: one image.
 *
 * The input gradient is the same call: its image is gradOut, with stride - 1 zeros inserted between pixels, and its panels
 * come from packConvWeightsFlipped.
 */
export function convForward(
  s: ConvShape,
  x: usize,
  panels: usize,
  bias: usize,
  out: usize,
  scratch: usize,
  begin: i32,
  end: i32,
): void {
  for (let n = begin; n < end; n += s.blockImages) {
    const images = min(s.blockImages, end - n);
    const block = paddedBlock(s, x, scratch, n, images);
    const outBlock = out + floats(n * s.pixels) * <usize>s.outChannels;
    forwardBlock(s, block, images * s.pixels, panels, bias, outBlock);
  }
}

/** One panel (9 KB for 32 channels) stays in the first-level cache while all pixels of the block pass by. */
function forwardBlock(s: ConvShape, block: usize, pixels: i32, panels: usize, bias: usize, out: usize): void {
  const groupOut = s.outChannels / s.groups,
    groupIn = floats(s.channels / s.groups);
  const panelBytes = <usize>s.taps * PANEL_BYTES;
  for (let g = 0; g < s.groups; g++, block += groupIn) {
    for (let o = 0; o < groupOut; o += PANEL, panels += panelBytes) {
      const channel = floats(g * groupOut + o);
      forwardPanel(
        s,
        block,
        pixels,
        panels,
        bias != 0 ? bias + channel : 0,
        out + channel,
        min(PANEL, groupOut - o),
      );
    }
  }
}

/** Eight output channels of every pixel of the block. */
function forwardPanel(
  s: ConvShape,
  block: usize,
  pixels: i32,
  panel: usize,
  bias: usize,
  out: usize,
  cols: i32,
): void {
  const runs = s.taps / s.run,
    outStride = floats(s.outChannels);
  const last = s.pixelOffsets + floats(pixels - 1);
  for (let p = 0; p < pixels; p += TILE_ROWS) {
    const at = s.pixelOffsets + floats(p);
    tile(
      block + load<u32>(at),
      block + load<u32>(min(at + 4, last)),
      block + load<u32>(min(at + 8, last)),
      block + load<u32>(min(at + 12, last)),
      block + load<u32>(min(at + 16, last)),
      block + load<u32>(min(at + 20, last)),
      s.tapOffsets,
      runs,
      s.run,
      panel,
      bias,
      out + <usize>p * outStride,
      outStride,
      min(TILE_ROWS, pixels - p),
      cols,
    );
  }
}
