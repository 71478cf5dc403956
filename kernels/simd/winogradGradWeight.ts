// The weight gradient of a Winograd convolution: gradG = G^T [ sum over tiles of (A y A^T) * (B^T d B) ] G, y being the
// gradient of a 4x4 output tile and d its 6x6 inputs (winogradTransform.ts). Again 36 matrix products, [O x tiles][tiles x C].
// May import lanes, convShape, winogradTiles, winogradTransform.
//
// Three passes, each over units that threads may share, a barrier between: tiles (unit: a strip), products (unit: eight input
// channels at one position), filters (unit: an output channel). The first two alternate over groups of images, whose number
// depends on the shape alone: every sum has one order.
//
// The ladder: milliseconds on one core of an AMD EPYC (Zen 4), batch 64, best of many short runs, Node 20; in brackets the
// speed in GFLOP/s that direct convolution would need for that.
//                                          conv2 14x14 32->64     conv3 7x7 64->128
//     direct (convGradWeight.ts)           15.3 (30)              14.4 (32)
//     products, v advanced before y        17.4 (27)              17.0 (27)     see productTile
//     y first; all images in one group      8.4 (55)               7.8 (59)     14 and 7 MB of transformed tiles
//     groups of 2 MB                        5.7 (82)               5.4 (85)
//     relaxed multiply-add, Node 24         4.5 (103)              4.1 (114)    direct: 8.9 and 9.3

import { ConvShape } from './convShape';
import { PANEL, TILE_ROWS, floats, fma, fused, splat } from './lanes';
import { POSITIONS, clearStrip, gradStrip, inputStrip, tilesAcross, winogradStrips } from './winogradTiles';
import { gradFilterTransform } from './winogradTransform';

/** Floats of transformed tiles in a group of images: 2 MB, for two cores with 1 MB each of second-level cache. */
const GROUP_FLOATS: i32 = 512 << 10;

// Channels are rounded up to whole register tiles: six output by eight input channels. What the surplus computes is not used.

function inputChannels(s: ConvShape): i32 {
  return (s.channels + PANEL - 1) & -PANEL;
}

function gradChannels(s: ConvShape): i32 {
  return ((s.outChannels + TILE_ROWS - 1) / TILE_ROWS) * TILE_ROWS;
}

function tilesOf(s: ConvShape, images: i32): i32 {
  return images * winogradStrips(s) * tilesAcross(s);
}

/** Floats between two positions of the transformed gradients [36][tiles][O]; the last register tile may read six behind. */
function gradPosition(s: ConvShape, images: i32): i32 {
  return (tilesOf(s, images) * s.outChannels + TILE_ROWS + 3) & ~3;
}

/** Images that are transformed at a time. */
export function winogradGroupImages(s: ConvShape): i32 {
  return max(1, GROUP_FLOATS / (POSITIONS * tilesOf(s, 1) * (inputChannels(s) + s.outChannels)));
}

/** Floats of the transformed inputs of a group of images, [36][tiles][C]. */
export function winogradInputFloats(s: ConvShape, images: i32): i32 {
  return POSITIONS * tilesOf(s, images) * inputChannels(s);
}

/** Floats of the transformed gradients of a group of images, [36][tiles][O]. */
export function winogradGradFloats(s: ConvShape, images: i32): i32 {
  return POSITIONS * gradPosition(s, images);
}

/** Floats of the sums of products, [36][O][C]. */
export function winogradSumFloats(s: ConvShape): i32 {
  return POSITIONS * gradChannels(s) * inputChannels(s);
}

/** Units of winogradGradProducts. */
export function winogradGradUnits(s: ConvShape): i32 {
  return POSITIONS * (inputChannels(s) / PANEL);
}

/**
 * Transforms the tiles of x and gradOut, of `images` images each. Unit of begin and end: one strip of
 * images * winogradStrips(s). `scratch` as winogradScratch(s) says.
 */
export function winogradGradTiles(
  s: ConvShape, x: usize, gradOut: usize, images: i32, inputs: usize, grads: usize, scratch: usize, begin: i32, end: i32,
): void {
  const across = tilesAcross(s), inputTile = floats(inputChannels(s)), gradTile = floats(s.outChannels);
  const inputPosition = <usize>tilesOf(s, images) * inputTile;
  clearStrip(s, scratch);
  for (let i = begin; i < end; i++) {
    inputStrip(s, x, i, inputs + <usize>(i * across) * inputTile, inputPosition, inputTile, scratch);
  }
  clearStrip(s, scratch);
  for (let i = begin; i < end; i++) {
    gradStrip(s, gradOut, i, grads + <usize>(i * across) * gradTile, floats(gradPosition(s, images)), gradTile, scratch);
  }
}

/**
 * sums [36][O][C] = sum over the tiles of `images` images of gradient times input, or, unless `first`, that added.
 * Unit of begin and end: eight input channels at one position, of winogradGradUnits(s).
 */
export function winogradGradProducts(
  s: ConvShape, inputs: usize, grads: usize, images: i32, sums: usize, first: bool, begin: i32, end: i32,
): void {
  const tiles = tilesOf(s, images), C = inputChannels(s), panels = C / PANEL, row = floats(C);
  for (let unit = begin; unit < end; unit++) {
    const position = unit / panels, c = floats((unit % panels) * PANEL);
    const v = inputs + <usize>(position * tiles) * row + c;
    const y = grads + <usize>position * floats(gradPosition(s, images));
    const out = sums + <usize>(position * gradChannels(s)) * row + c;
    for (let o = 0; o < s.outChannels; o += TILE_ROWS) {
      productTile(y + floats(o), floats(s.outChannels), v, row, tiles, out + <usize>o * row, row, first);
    }
  }
}

/**
 * out[i][j] (+)= sum over tiles of y[tile][i] * v[tile][j], for six i and eight j. Its form is that of tile.ts, and as delicate:
 * with `v` advanced before `y`, V8 (Node 20) moves the loads away from their uses, spills, and takes three times as long.
 */
function productTile(
  y: usize, yStride: usize, v: usize, vStride: usize, tiles: i32, out: usize, outStride: usize, first: bool,
): void {
  let c00 = f32x4.splat(0), c10 = c00, c20 = c00, c30 = c00, c40 = c00, c50 = c00;
  let c01 = c00, c11 = c00, c21 = c00, c31 = c00, c41 = c00, c51 = c00;
  let a: v128;
  const end = v + <usize>tiles * vStride;
  if (!fused()) {
    for (const pairs = v + <usize>(tiles & ~1) * vStride; v < pairs; ) {
      let b0 = v128.load(v), b1 = v128.load(v, 16);
      a = splat(y + 20); c50 = fma(c50, a, b0); c51 = fma(c51, a, b1);
      a = splat(y + 16); c40 = fma(c40, a, b0); c41 = fma(c41, a, b1);
      a = splat(y + 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      a = splat(y + 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = splat(y + 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = splat(y); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      y += yStride; v += vStride;
      b0 = v128.load(v); b1 = v128.load(v, 16);
      a = splat(y + 20); c50 = fma(c50, a, b0); c51 = fma(c51, a, b1);
      a = splat(y + 16); c40 = fma(c40, a, b0); c41 = fma(c41, a, b1);
      a = splat(y + 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      a = splat(y + 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = splat(y + 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = splat(y); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      y += yStride; v += vStride;
    }
  }
  for (; v < end; v += vStride, y += yStride) {
    const b0 = v128.load(v), b1 = v128.load(v, 16);
    a = splat(y + 20); c50 = fma(c50, a, b0); c51 = fma(c51, a, b1);
    a = splat(y + 16); c40 = fma(c40, a, b0); c41 = fma(c41, a, b1);
    a = splat(y + 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    a = splat(y + 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = splat(y + 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = splat(y); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
  }
  putRow(out, c00, c01, first);
  putRow(out + 1 * outStride, c10, c11, first);
  putRow(out + 2 * outStride, c20, c21, first);
  putRow(out + 3 * outStride, c30, c31, first);
  putRow(out + 4 * outStride, c40, c41, first);
  putRow(out + 5 * outStride, c50, c51, first);
}

/** Stores a row of eight sums, or adds it to those of the groups before. */
@inline
function putRow(out: usize, left: v128, right: v128, first: bool): void {
  v128.store(out, first ? left : f32x4.add(v128.load(out), left));
  v128.store(out, first ? right : f32x4.add(v128.load(out, 16), right), 16);
}

/** gradW (OIHW) = G^T u G of the sums u, which are used up. Unit of begin and end: one output channel. */
export function winogradGradFilters(s: ConvShape, sums: usize, gradW: usize, begin: i32, end: i32): void {
  const C = inputChannels(s), position = floats(gradChannels(s) * C);
  for (let o = begin; o < end; o++) {
    for (let c = 0; c < s.channels; c += 4) {
      gradFilters(sums + floats(o * C + c), position, gradW + floats((o * s.channels + c) * 9), s.channels - c);
    }
  }
}

/** The filters of four input channels, of which the first `count` exist. */
function gradFilters(sums: usize, position: usize, gradW: usize, count: i32): void {
  const row: usize = 6 * position;
  for (let p = sums, end = sums + row; p < end; p += position) {
    gradFilterTransform(
      v128.load(p), v128.load(p + row), v128.load(p + 2 * row),
      v128.load(p + 3 * row), v128.load(p + 4 * row), v128.load(p + 5 * row), p, row,
    );
  }
  for (let k = 0; k < 3; k++, sums += row) {
    gradFilterTransform(
      v128.load(sums), v128.load(sums + position), v128.load(sums + 2 * position),
      v128.load(sums + 3 * position), v128.load(sums + 4 * position), v128.load(sums + 5 * position), sums, position,
    );
    for (let l: usize = 0; l < 3; l++, gradW += 4) {
      const lanes = v128.load(sums + l * position);
      v128.store_lane<f32>(gradW, lanes, 0);
      if (count > 1) v128.store_lane<f32>(gradW, lanes, 1, 36);
      if (count > 2) v128.store_lane<f32>(gradW, lanes, 2, 72);
      if (count > 3) v128.store_lane<f32>(gradW, lanes, 3, 108);
    }
  }
}
