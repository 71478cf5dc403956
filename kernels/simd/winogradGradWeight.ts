// The weight gradient of a Winograd convolution: gradG = G^T
// [ sum over tiles of (A y A^T) * (B^T d B) ] G, y being the gradient of a 4x4 output tile and d
// its 6x6 inputs (winogradTransform.ts). These are 36 matrix products, [O x tiles][tiles x C].
//
// Two passes with a barrier between them, each over units that threads divide: parts (unit: an
// eighth of the images, transformed and multiplied by one thread, in groups that stay in its
// cache), filters (unit: an output channel, over the sums of all parts). The division of the images
// depends only on their number and on the shape, so every sum has one order.
//
// Versions: milliseconds on one core of an AMD EPYC (Zen 4), batch 64, best of many short runs,
// Node 20; in brackets the speed in GFLOP/s that direct convolution would need for that.
//                                          conv2 14x14 32->64     conv3 7x7 64->128
//     direct (convGradWeight.ts)           15.3 (30)              14.4 (32)
//     products, v advanced before y        17.4 (27)              17.0 (27)     see productTile
//     y first; all images in one group      8.4 (55)               7.8 (59)     14, 7 MB of tiles
//     groups of 2 MB                        5.7 (82)               5.4 (85)
//     relaxed multiply-add, Node 24         4.5 (103)              4.1 (114)    direct: 8.9 and 9.3
// These versions transform a group on all threads and then multiply it on all threads: each core
// writes tiles that the other reads, and two threads are 1.15 times as fast as one. With
// independent parts one thread takes 5.5 and 5.4 ms on Node 20, 3.9 and 3.7 on Node 24,
// including the sum over the parts. With four parts two threads wait 0.3 ms per layer for each
// other; eight parts avoid that.

import { ConvShape } from './convShape';
import { PANEL, PANEL_BYTES, TILE_ROWS, floats, fma, fused, splat } from './lanes';
import { POSITIONS, clearStrip, gradStrip, inputStrip, stripScratch, tilesAcross, winogradStrips } from './winogradTiles';
import { gradFilterTransform } from './winogradTransform';

/** Floats of transformed tiles in a group of images: 1 MB, about a core's second-level cache. */
const GROUP_FLOATS: i32 = 256 << 10;

// Channels are rounded up to whole register tiles: six output by eight input channels. The
// surplus results are not used.

function inputChannels(s: ConvShape): i32 {
  return (s.inChannels + PANEL - 1) & -PANEL;
}

function gradChannels(s: ConvShape): i32 {
  return ((s.outChannels + TILE_ROWS - 1) / TILE_ROWS) * TILE_ROWS;
}

function tilesOf(s: ConvShape, images: i32): i32 {
  return images * winogradStrips(s) * tilesAcross(s);
}

/**
 * Floats between two positions of the transformed gradients [36][tiles][O]; the last
 * register tile may read six beyond.
 */
function gradPositionFloats(s: ConvShape, images: i32): i32 {
  return (tilesOf(s, images) * s.outChannels + TILE_ROWS + 3) & ~3;
}

/**
 * Units of winogradGradParts: enough for four threads to finish
 * together, few enough to add cheaply.
 */
export function winogradGradUnits(images: i32): i32 {
  return min(images, 8);
}

/** Images of the largest group that is transformed at a time. */
function groupImages(s: ConvShape, images: i32): i32 {
  const units = winogradGradUnits(images), partImages = (images + units - 1) / units;
  const maxImages = max(1, GROUP_FLOATS / (POSITIONS * tilesOf(s, 1) * (inputChannels(s) + s.outChannels)));
  const groups = (partImages + maxImages - 1) / maxImages;
  return (partImages + groups - 1) / groups; // of nearly equal size
}

/**
 * Floats of scratch of winogradGradParts: a strip, and the transformed inputs
 * [36][tiles][C] and gradients of a group.
 */
export function winogradGradScratch(s: ConvShape, images: i32): i32 {
  const group = groupImages(s, images);
  return stripScratch(s) + POSITIONS * (tilesOf(s, group) * inputChannels(s) + gradPositionFloats(s, group));
}

/**
 * Floats of the sums of products of one part, [O][36][C]: the sums of one filter are contiguous.
 */
function sumFloats(s: ConvShape): i32 {
  return POSITIONS * gradChannels(s) * inputChannels(s);
}

/** Floats of the sums of all parts. */
export function winogradGradSums(s: ConvShape, images: i32): i32 {
  return winogradGradUnits(images) * sumFloats(s);
}

/**
 * sums [units][O][36][C] = for each part of the images, the sum over its
 * tiles of gradient times input.
 * Unit of begin and end: one part of winogradGradUnits(images).
 */
export function winogradGradParts(
  s: ConvShape, x: usize, gradOut: usize, images: i32, sums: usize, scratch: usize, begin: i32, end: i32,
): void {
  const units = winogradGradUnits(images), group = groupImages(s, images);
  for (let unit = begin; unit < end; unit++) {
    const first = (unit * images) / units, last = ((unit + 1) * images) / units;
    const out = sums + <usize>unit * floats(sumFloats(s));
    for (let n = first; n < last; n += group) {
      groupProducts(s, x, gradOut, n, min(group, last - n), group, out, n == first, scratch);
    }
  }
}

/**
 * Transforms a group of images from `n` on, and adds its products to (or begins
 * with them) `sums` [O][36][C].
 */
function groupProducts(
  s: ConvShape, x: usize, gradOut: usize, n: i32, images: i32, group: i32, sums: usize, overwrite: bool, scratch: usize,
): void {
  const tilesPerStrip = tilesAcross(s), C = inputChannels(s), row = floats(C), gradTile = floats(s.outChannels);
  const inputStride = <usize>tilesOf(s, group) * row, gradStride = floats(gradPositionFloats(s, group));
  const inputs = scratch + floats(stripScratch(s)), grads = inputs + <usize>POSITIONS * inputStride;
  const strips = images * winogradStrips(s), firstStrip = n * winogradStrips(s);
  clearStrip(s, scratch);
  for (let i = 0; i < strips; i++) {
    inputStrip(s, x, firstStrip + i, inputs + <usize>(i * tilesPerStrip) * row, inputStride, row, scratch);
  }
  clearStrip(s, scratch);
  for (let i = 0; i < strips; i++) {
    gradStrip(s, gradOut, firstStrip + i, grads + <usize>(i * tilesPerStrip) * gradTile, gradStride, gradTile, scratch);
  }
  const tiles = strips * tilesPerStrip, filterStride = <usize>POSITIONS * row;
  for (let position = 0; position < POSITIONS; position++) {
    const v = inputs + <usize>position * inputStride, y = grads + <usize>position * gradStride;
    const out = sums + <usize>position * row;
    for (let c: usize = 0; c < row; c += PANEL_BYTES) {
      for (let o = 0; o < s.outChannels; o += TILE_ROWS) {
        productTile(y + floats(o), gradTile, v + c, row, tiles, out + <usize>o * filterStride + c, filterStride, overwrite);
      }
    }
  }
}

/**
 * out[i][j] (+)= sum over tiles of y[tile][i] * v[tile][j], for six i and eight j. Like tile.ts it
 * depends on the order of the statements: with `v` advanced before `y`, V8 (Node 20) moves the
 * loads away from their uses, spills, and takes three times as long.
 */
function productTile(
  y: usize, yStride: usize, v: usize, vStride: usize, tiles: i32, out: usize, outStride: usize, overwrite: bool,
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
  accumulateRow(out, c00, c01, overwrite);
  accumulateRow(out + 1 * outStride, c10, c11, overwrite);
  accumulateRow(out + 2 * outStride, c20, c21, overwrite);
  accumulateRow(out + 3 * outStride, c30, c31, overwrite);
  accumulateRow(out + 4 * outStride, c40, c41, overwrite);
  accumulateRow(out + 5 * outStride, c50, c51, overwrite);
}

/** Stores a row of eight sums, or adds it to those of the groups before. */
@inline
function accumulateRow(out: usize, left: v128, right: v128, overwrite: bool): void {
  v128.store(out, overwrite ? left : f32x4.add(v128.load(out), left));
  v128.store(out, overwrite ? right : f32x4.add(v128.load(out, 16), right), 16);
}

/**
 * gradWeight (OIHW) = G^T u G, u being the sums of `parts` parts, added
 * up in the memory of the first.
 * Unit of begin and end: one output channel.
 */
export function winogradGradFilters(s: ConvShape, sums: usize, parts: i32, gradWeight: usize, begin: i32, end: i32): void {
  const C = inputChannels(s), partStride = floats(sumFloats(s)), filterFloats = POSITIONS * C;
  for (let o = begin; o < end; o++) {
    const filterSums = sums + floats(o * filterFloats);
    addParts(filterSums, filterFloats, parts, partStride);
    for (let c = 0; c < s.inChannels; c += 4) {
      gradFilters(filterSums + floats(c), floats(C), gradWeight + floats((o * s.inChannels + c) * 9), s.inChannels - c);
    }
  }
}

/** Adds the same floats of every part to those of the first, in order. */
function addParts(row: usize, count: i32, parts: i32, partStride: usize): void {
  for (const stop = row + floats(count); row < stop; row += 16) {
    let sum = v128.load(row);
    for (let i = 1, other = row + partStride; i < parts; i++, other += partStride) sum = f32x4.add(sum, v128.load(other));
    v128.store(row, sum);
  }
}

/** The filters of four input channels, of which the first `count` exist. */
function gradFilters(sums: usize, positionStride: usize, gradWeight: usize, count: i32): void {
  const row: usize = 6 * positionStride;
  for (let p = sums, end = sums + row; p < end; p += positionStride) {
    gradFilterTransform(
      v128.load(p), v128.load(p + row), v128.load(p + 2 * row),
      v128.load(p + 3 * row), v128.load(p + 4 * row), v128.load(p + 5 * row), p, row,
    );
  }
  for (let k = 0; k < 3; k++, sums += row) {
    gradFilterTransform(
      v128.load(sums), v128.load(sums + positionStride), v128.load(sums + 2 * positionStride),
      v128.load(sums + 3 * positionStride), v128.load(sums + 4 * positionStride), v128.load(sums + 5 * positionStride), sums, positionStride,
    );
    for (let l: usize = 0; l < 3; l++, gradWeight += 4) {
      const lanes = v128.load(sums + l * positionStride);
      v128.store_lane<f32>(gradWeight, lanes, 0);
      if (count > 1) v128.store_lane<f32>(gradWeight, lanes, 1, 36);
      if (count > 2) v128.store_lane<f32>(gradWeight, lanes, 2, 72);
      if (count > 3) v128.store_lane<f32>(gradWeight, lanes, 3, 108);
    }
  }
}
