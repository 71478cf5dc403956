// The weight gradient of a convolution: gradWeight[k][o] = sum over images and pixels
// p of x[p, k] * gradOut[p, o].
// A matrix product over pixels: six taps by eight output channels stay in registers while the loop
// runs over the pixels. The naive loop is kernels/conv2d.ts.
//
// Measurements, conv2 (14x14, 32 -> 64, batch 64), GFLOP/s of Node 20 base / Node 24 relaxed:
//   row 0 first, one pixel a round or two          23 / 52
//   row 5 first (see tile.ts), one pixel a round   28 / 52
//   two pixels a round (base module only)          32 / 52   two in the relaxed module: 38
//   conv1 (1 -> 32) reaches 16 / 31: its nine taps fill one tile and a half

import { PANEL, PANEL_BYTES, TILE_ROWS, floats, fma, fused, loadPart, splat, wide } from './lanes';
import { ConvShape, paddedImage } from './convShape';
import { panelCount } from './convPack';
import { tileScratch } from './wideTile';

/** Units of convGradWeight: six taps by one panel each. */
export function convGradTiles(s: ConvShape): i32 {
  return s.groups * panelCount(s) * tapTiles(s);
}

function tapTiles(s: ConvShape): i32 {
  return (s.taps + TILE_ROWS - 1) / TILE_ROWS;
}

/**
 * Floats of scratch that convForward, convForwardPooled or convGradWeight may use: a padded image and a
 * plane of one panel. Each thread needs a separate one.
 */
export function convScratch(s: ConvShape): i32 {
  return ((s.imageFloats + 3) & ~3) + s.pixels * PANEL;
}

/**
 * gradPanels [groups][ceil(O/g/PANEL)][taps][PANEL] = weight gradient over `images` images;
 * unpackConvWeights makes it OIHW. `s` is the forward shape. Unit of begin and end: one
 * gradient tile of convGradTiles(s).
 *
 * Registers sum over one image, memory over the images: two short sums are
 * more accurate than a long one.
 */
export function convGradWeight(
  s: ConvShape, x: usize, gradOut: usize, images: i32, gradPanels: usize, scratch: usize, begin: i32, end: i32,
): void {
  const gradPanel = scratch + (floats(s.imageFloats + 3) & ~15);
  for (let n = 0; n < images; n++) {
    const image = paddedImage(s, x, scratch, n);
    const grad = gradOut + floats(n * s.pixels) * <usize>s.outChannels;
    gradImage(s, image, grad, n == 0, gradPanels, gradPanel, begin, end);
  }
}

/**
 * The tiles begin .. end over the pixels of one image: stored for the first
 * image, added for the others.
 */
function gradImage(
  s: ConvShape, image: usize, gradOut: usize, overwrite: bool,
  gradPanels: usize, gradPanel: usize, begin: i32, end: i32,
): void {
  const tiles = tapTiles(s), panels = panelCount(s), groupOut = s.outChannels / s.groups;
  let packedPanel = -1;
  for (let unit = begin; unit < end; unit++) {
    const panel = unit / tiles, tap = (unit % tiles) * TILE_ROWS;
    const group = panel / panels, o = (panel % panels) * PANEL;
    if (panel != packedPanel) {
      packGrad(gradOut + floats(group * groupOut + o), floats(s.outChannels), s.pixels, min(PANEL, groupOut - o), gradPanel);
      packedPanel = panel;
    }
    gradTile(
      image + floats(group * (s.inChannels / s.groups)), s.tapOffsets + floats(tap), min(TILE_ROWS, s.taps - tap),
      s.pixelOffsets, gradPanel, s.pixels,
      gradPanels + <usize>(panel * s.taps + tap) * PANEL_BYTES, overwrite,
    );
  }
}

/**
 * The channels of a panel of gradOut, [pixels][PANEL] without gaps: all tap tiles of the panel read
 * them from the first-level cache.
 */
function packGrad(from: usize, stride: usize, pixels: i32, cols: i32, to: usize): void {
  for (let p = 0; p < pixels; p++, from += stride, to += PANEL_BYTES) {
    if (cols == PANEL) {
      for (let i: usize = 0; i < PANEL_BYTES; i += 16) v128.store(to + i, v128.load(from + i));
    } else {
      for (let i = 0; i < PANEL; i += 4) v128.store(to + floats(i), loadPart(from + floats(i), cols - i));
    }
  }
}

/**
 * out[i][j] (+)= sum over pixels of x[p, tap i] * grad[p][j], for i < rows. Taps beyond the last
 * repeat it and are not stored.
 */
function gradTile(
  x: usize, taps: usize, rows: i32, pixelOffsets: usize, grad: usize, pixels: i32, out: usize, overwrite: bool,
): void {
  const last = taps + floats(rows - 1);
  const x0 = x + load<u32>(taps), x1 = x + load<u32>(min(taps + 4, last)), x2 = x + load<u32>(min(taps + 8, last));
  const x3 = x + load<u32>(min(taps + 12, last)), x4 = x + load<u32>(min(taps + 16, last));
  const x5 = x + load<u32>(min(taps + 20, last));
  if (wide()) {
    wideGradTile(x0, x1, x2, x3, x4, x5, pixelOffsets, grad, pixels);
    for (let i: usize = 0, size = <usize>rows * PANEL_BYTES; i < size; i += 16) {
      const sum = v128.load(tileScratch + i);
      v128.store(out + i, overwrite ? sum : f32x4.add(v128.load(out + i), sum));
    }
    return;
  }
  let c00 = f32x4.splat(0), c10 = c00, c20 = c00, c30 = c00, c40 = c00, c50 = c00;
  let c01 = c00, c11 = c00, c21 = c00, c31 = c00, c41 = c00, c51 = c00;
  let a: v128;
  const end = pixelOffsets + floats(pixels);
  if (!fused()) {
    // Two pixels a round and row 5 first, for the reasons given in tile.ts.
    for (const pairs = pixelOffsets + floats(pixels & ~1); pixelOffsets < pairs; pixelOffsets += 8) {
      let pixel = <usize>load<u32>(pixelOffsets);
      let b0 = v128.load(grad), b1 = v128.load(grad, 16);
      a = splat(x5 + pixel); c50 = fma(c50, a, b0); c51 = fma(c51, a, b1);
      a = splat(x4 + pixel); c40 = fma(c40, a, b0); c41 = fma(c41, a, b1);
      a = splat(x3 + pixel); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      a = splat(x2 + pixel); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = splat(x1 + pixel); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = splat(x0 + pixel); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      pixel = <usize>load<u32>(pixelOffsets, 4);
      b0 = v128.load(grad, 32); b1 = v128.load(grad, 48);
      a = splat(x5 + pixel); c50 = fma(c50, a, b0); c51 = fma(c51, a, b1);
      a = splat(x4 + pixel); c40 = fma(c40, a, b0); c41 = fma(c41, a, b1);
      a = splat(x3 + pixel); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      a = splat(x2 + pixel); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = splat(x1 + pixel); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = splat(x0 + pixel); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      grad += 2 * PANEL_BYTES;
    }
  }
  for (; pixelOffsets < end; pixelOffsets += 4, grad += PANEL_BYTES) {
    const pixel = <usize>load<u32>(pixelOffsets);
    const b0 = v128.load(grad), b1 = v128.load(grad, 16);
    a = splat(x5 + pixel); c50 = fma(c50, a, b0); c51 = fma(c51, a, b1);
    a = splat(x4 + pixel); c40 = fma(c40, a, b0); c41 = fma(c41, a, b1);
    a = splat(x3 + pixel); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    a = splat(x2 + pixel); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = splat(x1 + pixel); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = splat(x0 + pixel); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
  }
  accumulateRow(out, c00, c01, overwrite);
  if (rows > 1) accumulateRow(out + 1 * PANEL_BYTES, c10, c11, overwrite);
  if (rows > 2) accumulateRow(out + 2 * PANEL_BYTES, c20, c21, overwrite);
  if (rows > 3) accumulateRow(out + 3 * PANEL_BYTES, c30, c31, overwrite);
  if (rows > 4) accumulateRow(out + 4 * PANEL_BYTES, c40, c41, overwrite);
  if (rows > 5) accumulateRow(out + 5 * PANEL_BYTES, c50, c51, overwrite);
}

/** The sums of gradTile for sixteen columns, stored in tileScratch, in the form that wideTile.ts explains. */
function wideGradTile(
  x0: usize, x1: usize, x2: usize, x3: usize, x4: usize, x5: usize, pixelOffsets: usize, grad: usize, pixels: i32,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  let c40 = c00, c41 = c00, c42 = c00, c43 = c00, c50 = c00, c51 = c00, c52 = c00, c53 = c00;
  for (const end = pixelOffsets + floats(pixels); pixelOffsets < end; pixelOffsets += 4, grad += PANEL_BYTES) {
    const pixel = <usize>load<u32>(pixelOffsets);
    const b0 = v128.load(grad), b1 = v128.load(grad, 16), b2 = v128.load(grad, 32), b3 = v128.load(grad, 48);
    let a = splat(x5 + pixel);
    c50 = fma(c50, a, b0); c51 = fma(c51, a, b1); c52 = fma(c52, a, b2); c53 = fma(c53, a, b3);
    a = splat(x4 + pixel);
    c40 = fma(c40, a, b0); c41 = fma(c41, a, b1); c42 = fma(c42, a, b2); c43 = fma(c43, a, b3);
    a = splat(x3 + pixel);
    c30 = fma(c30, a, b0); c31 = fma(c31, a, b1); c32 = fma(c32, a, b2); c33 = fma(c33, a, b3);
    a = splat(x2 + pixel);
    c20 = fma(c20, a, b0); c21 = fma(c21, a, b1); c22 = fma(c22, a, b2); c23 = fma(c23, a, b3);
    a = splat(x1 + pixel);
    c10 = fma(c10, a, b0); c11 = fma(c11, a, b1); c12 = fma(c12, a, b2); c13 = fma(c13, a, b3);
    a = splat(x0 + pixel);
    c00 = fma(c00, a, b0); c01 = fma(c01, a, b1); c02 = fma(c02, a, b2); c03 = fma(c03, a, b3);
  }
  const out = tileScratch;
  v128.store(out, c00, 0); v128.store(out, c01, 16); v128.store(out, c02, 32); v128.store(out, c03, 48);
  v128.store(out, c10, 64); v128.store(out, c11, 80); v128.store(out, c12, 96); v128.store(out, c13, 112);
  v128.store(out, c20, 128); v128.store(out, c21, 144); v128.store(out, c22, 160); v128.store(out, c23, 176);
  v128.store(out, c30, 192); v128.store(out, c31, 208); v128.store(out, c32, 224); v128.store(out, c33, 240);
  v128.store(out, c40, 256); v128.store(out, c41, 272); v128.store(out, c42, 288); v128.store(out, c43, 304);
  v128.store(out, c50, 320); v128.store(out, c51, 336); v128.store(out, c52, 352); v128.store(out, c53, 368);
}

/** Stores a row of eight sums, or adds it to the sums of the previous images. */
@inline
function accumulateRow(out: usize, left: v128, right: v128, overwrite: bool): void {
  v128.store(out, overwrite ? left : f32x4.add(v128.load(out), left));
  v128.store(out, overwrite ? right : f32x4.add(v128.load(out, 16), right), 16);
}
