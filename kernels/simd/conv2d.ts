// Direct convolution over NHWC images: the register tile of matrix multiply, run over six output
// pixels at a time. The naive loop is kernels/conv2d.ts. No im2col: the matrix that a tile reads is
// the padded image itself (convShape.ts).
//
// Measurements (GFLOP/s, Node 20 base / Node 24 relaxed, one core, batch 64). The versions of
// the tile are listed in tile.ts.
//   conv2 14x14 32->64   forward 36 / 55, input gradient 36 / 55
//   conv3 7x7 64->128    forward 35 / 55, input gradient 36 / 55
//   conv1 28x28 1->32    forward 21 / 30: nine multiply-adds per output; start and end dominate
// conv3 was measured with tiles that continued across images. Now each image ends with a tile
// of one pixel (49 = 8 * 6 + 1), which wastes a tenth.

import { PANEL, PANEL_BYTES, TILE_ROWS, floats } from './lanes';
import { ConvShape, paddedImage } from './convShape';
import { poolPlane } from './poolPlane';
import { tile } from './tile';

/**
 * out [N, outHeight, outWidth, outChannels] = convolution of x [N, height, width, channels] with
 * `panels`, plus bias [O] or 0. `scratch` holds one padded image. Unit of begin and end: one image.
 *
 * The input gradient is the same call: its image is gradOut, with stride - 1 zeros inserted between
 * pixels, and its panels come from packConvWeightsFlipped.
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
  for (let n = begin; n < end; n++) {
    const image = paddedImage(s, x, scratch, n);
    forwardImage(s, image, panels, bias, out + floats(n * s.pixels) * <usize>s.outChannels, 0);
  }
}

/**
 * The same with ReLU and 2x2 max-pooling: out is [N, outHeight / 2, outWidth / 2, outChannels]. `scratch`
 * holds one padded image and one panel of its convolution.
 */
export function convForwardPooled(
  s: ConvShape, x: usize, panels: usize, bias: usize, out: usize, scratch: usize, begin: i32, end: i32,
): void {
  const outImage = floats((s.outHeight >> 1) * (s.outWidth >> 1)) * <usize>s.outChannels;
  const plane = scratch + (floats(s.imageFloats + 3) & ~15);
  for (let n = begin; n < end; n++) {
    const image = paddedImage(s, x, scratch, n);
    forwardImage(s, image, panels, bias, out + <usize>n * outImage, plane);
  }
}

/**
 * One panel (9 KB for 32 channels) stays in the first-level cache for all pixels of the image. `plane` is
 * the memory for one panel of the convolution, which is then pooled into `out`, or 0 to store the
 * convolution itself.
 */
function forwardImage(s: ConvShape, image: usize, panels: usize, bias: usize, out: usize, plane: usize): void {
  const groupOut = s.outChannels / s.groups,
    groupIn = floats(s.inChannels / s.groups);
  const panelBytes = <usize>s.taps * PANEL_BYTES;
  for (let g = 0; g < s.groups; g++, image += groupIn) {
    for (let o = 0; o < groupOut; o += PANEL, panels += panelBytes) {
      const channel = g * groupOut + o, cols = min(PANEL, groupOut - o);
      const panelBias = bias != 0 ? bias + floats(channel) : 0;
      if (plane == 0) {
        forwardPanel(s, image, panels, panelBias, out + floats(channel), floats(s.outChannels), cols);
      } else {
        forwardPanel(s, image, panels, panelBias, plane, PANEL_BYTES, cols);
        poolPlane(s, plane, channel, cols, out);
      }
    }
  }
}

/** The output channels of one panel, for every pixel of the image; pixels of `out` are `outStride` bytes apart. */
function forwardPanel(s: ConvShape, image: usize, panel: usize, bias: usize, out: usize, outStride: usize, cols: i32): void {
  const runs = s.taps / s.run;
  const pixels = s.pixels, last = s.pixelOffsets + floats(pixels - 1);
  for (let p = 0; p < pixels; p += TILE_ROWS) {
    const offsets = s.pixelOffsets + floats(p);
    tile(
      image + load<u32>(offsets),
      image + load<u32>(min(offsets + 4, last)),
      image + load<u32>(min(offsets + 8, last)),
      image + load<u32>(min(offsets + 12, last)),
      image + load<u32>(min(offsets + 16, last)),
      image + load<u32>(min(offsets + 20, last)),
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
