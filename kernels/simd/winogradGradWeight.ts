// The weight gradient of a Winograd convolution: gradG = G^T
// [ sum over tiles of (A y A^T) * (B^T d B) ] G, y being the gradient of an output tile and d
// its inputs (winogradTransform.ts). These are up to 49 matrix products, [O x tiles][tiles x C].
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
//
// With fitting tiles, Zen 5, Node 24, one thread: relaxed 2.8 and 3.1 ms, wide 1.7 and 1.7 ms; tiles of
// 4 on that processor, relaxed: 3.9 and 3.5 ms.

import { ConvShape } from './convShape';
import { PANEL, PANEL_BYTES, TILE_ROWS, clear, floats, fma, fused, splat, wide } from './lanes';
import { pointCount, positionFloats, segmentsOfPoint, tilesAcross, winogradPositions, winogradProducts, winogradStrips } from './winogradPlane';
import { clearStrip, gradStrip, inputStrip, stripScratch, stripsOfPoint } from './winogradTiles';
import { gradFilterTransform } from './winogradTransform';

/** Floats of transformed tiles in a group of images: 1 MB, about a core's second-level cache. */
const GROUP_FLOATS: i32 = 256 << 10;

// Channels are rounded up to whole register tiles: six output by PANEL input channels. The
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
 * Floats between two positions of the transformed gradients [positions][tiles][O]; the last
 * register tile may read six beyond.
 */
function gradPositionFloats(s: ConvShape, images: i32): i32 {
  return positionFloats(tilesOf(s, images) * s.outChannels + TILE_ROWS);
}

/** Floats between two positions of the transformed inputs [positions][tiles][C]. */
function inputPositionFloats(s: ConvShape, images: i32): i32 {
  return positionFloats(tilesOf(s, images) * inputChannels(s));
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
  const maxImages = max(1, GROUP_FLOATS / (winogradProducts(s) * (inputChannels(s) + s.outChannels)));
  const groups = (partImages + maxImages - 1) / maxImages;
  return (partImages + groups - 1) / groups; // of nearly equal size
}

/**
 * Floats of scratch of winogradGradParts: a strip, and the transformed inputs
 * [positions][tiles][C] and gradients of a group.
 */
export function winogradGradScratch(s: ConvShape, images: i32): i32 {
  const group = groupImages(s, images);
  return stripScratch(s) + winogradPositions(s) * (inputPositionFloats(s, group) + gradPositionFloats(s, group));
}

/**
 * Floats of the sums of products of one part, [O][positions][C]: the sums of one filter are contiguous.
 */
function sumFloats(s: ConvShape): i32 {
  return winogradPositions(s) * gradChannels(s) * inputChannels(s);
}

/** Floats of the sums of all parts. */
export function winogradGradSums(s: ConvShape, images: i32): i32 {
  return winogradGradUnits(images) * sumFloats(s);
}

/**
 * sums [units][O][positions][C] = for each part of the images, the sum over its
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
    clear(out, sumFloats(s));
    for (let n = first; n < last; n += group) groupProducts(s, x, gradOut, n, min(group, last - n), group, out, scratch);
  }
}

/** Transforms a group of images from `n` on, and adds its products to `sums` [O][positions][C]. */
function groupProducts(
  s: ConvShape, x: usize, gradOut: usize, n: i32, images: i32, group: i32, sums: usize, scratch: usize,
): void {
  const row = floats(inputChannels(s)), gradTile = floats(s.outChannels), strips = images * winogradStrips(s);
  const inputStride = floats(inputPositionFloats(s, group)), gradStride = floats(gradPositionFloats(s, group));
  const first = n * winogradStrips(s), filterStride = <usize>winogradPositions(s) * row;
  let v = scratch + floats(stripScratch(s)), y = v + <usize>winogradPositions(s) * inputStride;
  clearStrip(s, scratch);
  for (let strip = first; strip < first + strips; strip++) inputStrip(s, x, first, strips, strip, v, inputStride, row, scratch);
  clearStrip(s, scratch);
  for (let strip = first; strip < first + strips; strip++) gradStrip(s, gradOut, first, strips, strip, y, gradStride, gradTile, scratch);
  const points = pointCount(s.outWidth), lastSegments = segmentsOfPoint(s.outWidth, points - 1), segments = tilesAcross(s);
  for (let p = 0, rowPoints = pointCount(s.outHeight); p < rowPoints; p++) {
    const rows = stripsOfPoint(s, first, strips, p);
    for (let q = 0; q < points; q++, v += inputStride, y += gradStride, sums += row) {
      const tiles = rows * (q == points - 1 ? lastSegments : segments);
      for (let c: usize = 0; c < row; c += PANEL_BYTES) {
        for (let o = 0; o < s.outChannels; o += TILE_ROWS) {
          productTile(y + floats(o), gradTile, v + c, row, tiles, sums + <usize>o * filterStride + c, filterStride);
        }
      }
    }
  }
}

/**
 * out[i][j] += sum over tiles of y[tile][i] * v[tile][j], for six i and PANEL j. Like tile.ts it
 * depends on the order of the statements: with `v` advanced before `y`, V8 (Node 20) moves the
 * loads away from their uses, spills, and takes three times as long.
 */
function productTile(
  y: usize, yStride: usize, v: usize, vStride: usize, tiles: i32, out: usize, outStride: usize,
): void {
  if (wide()) {
    wideProductTile(y, yStride, v, vStride, tiles, out, outStride);
    return;
  }
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
  addRow(out, c00, c01);
  addRow(out + 1 * outStride, c10, c11);
  addRow(out + 2 * outStride, c20, c21);
  addRow(out + 3 * outStride, c30, c31);
  addRow(out + 4 * outStride, c40, c41);
  addRow(out + 5 * outStride, c50, c51);
}

/** productTile for sixteen columns, in the form that wideTile.ts explains. */
function wideProductTile(
  y: usize, yStride: usize, v: usize, vStride: usize, tiles: i32, out: usize, outStride: usize,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  let c40 = c00, c41 = c00, c42 = c00, c43 = c00, c50 = c00, c51 = c00, c52 = c00, c53 = c00;
  for (const end = v + <usize>tiles * vStride; v < end; v += vStride, y += yStride) {
    const b0 = v128.load(v), b1 = v128.load(v, 16), b2 = v128.load(v, 32), b3 = v128.load(v, 48);
    let a = splat(y);
    c00 = fma(c00, a, b0); c01 = fma(c01, a, b1); c02 = fma(c02, a, b2); c03 = fma(c03, a, b3);
    a = splat(y + 4);
    c10 = fma(c10, a, b0); c11 = fma(c11, a, b1); c12 = fma(c12, a, b2); c13 = fma(c13, a, b3);
    a = splat(y + 8);
    c20 = fma(c20, a, b0); c21 = fma(c21, a, b1); c22 = fma(c22, a, b2); c23 = fma(c23, a, b3);
    a = splat(y + 12);
    c30 = fma(c30, a, b0); c31 = fma(c31, a, b1); c32 = fma(c32, a, b2); c33 = fma(c33, a, b3);
    a = splat(y + 16);
    c40 = fma(c40, a, b0); c41 = fma(c41, a, b1); c42 = fma(c42, a, b2); c43 = fma(c43, a, b3);
    a = splat(y + 20);
    c50 = fma(c50, a, b0); c51 = fma(c51, a, b1); c52 = fma(c52, a, b2); c53 = fma(c53, a, b3);
  }
  const out1 = out + outStride, out2 = out1 + outStride, out3 = out2 + outStride, out4 = out3 + outStride, out5 = out4 + outStride;
  c00 = f32x4.add(v128.load(out), c00);  c01 = f32x4.add(v128.load(out, 16), c01);
  c02 = f32x4.add(v128.load(out, 32), c02);  c03 = f32x4.add(v128.load(out, 48), c03);
  c10 = f32x4.add(v128.load(out1), c10);  c11 = f32x4.add(v128.load(out1, 16), c11);
  c12 = f32x4.add(v128.load(out1, 32), c12);  c13 = f32x4.add(v128.load(out1, 48), c13);
  c20 = f32x4.add(v128.load(out2), c20);  c21 = f32x4.add(v128.load(out2, 16), c21);
  c22 = f32x4.add(v128.load(out2, 32), c22);  c23 = f32x4.add(v128.load(out2, 48), c23);
  c30 = f32x4.add(v128.load(out3), c30);  c31 = f32x4.add(v128.load(out3, 16), c31);
  c32 = f32x4.add(v128.load(out3, 32), c32);  c33 = f32x4.add(v128.load(out3, 48), c33);
  c40 = f32x4.add(v128.load(out4), c40);  c41 = f32x4.add(v128.load(out4, 16), c41);
  c42 = f32x4.add(v128.load(out4, 32), c42);  c43 = f32x4.add(v128.load(out4, 48), c43);
  c50 = f32x4.add(v128.load(out5), c50);  c51 = f32x4.add(v128.load(out5, 16), c51);
  c52 = f32x4.add(v128.load(out5, 32), c52);  c53 = f32x4.add(v128.load(out5, 48), c53);
  v128.store(out, c00); v128.store(out, c01, 16); v128.store(out, c02, 32); v128.store(out, c03, 48);
  v128.store(out1, c10); v128.store(out1, c11, 16); v128.store(out1, c12, 32); v128.store(out1, c13, 48);
  v128.store(out2, c20); v128.store(out2, c21, 16); v128.store(out2, c22, 32); v128.store(out2, c23, 48);
  v128.store(out3, c30); v128.store(out3, c31, 16); v128.store(out3, c32, 32); v128.store(out3, c33, 48);
  v128.store(out4, c40); v128.store(out4, c41, 16); v128.store(out4, c42, 32); v128.store(out4, c43, 48);
  v128.store(out5, c50); v128.store(out5, c51, 16); v128.store(out5, c52, 32); v128.store(out5, c53, 48);
}

/** Adds eight sums to those of the groups before. */
@inline
function addRow(out: usize, left: v128, right: v128): void {
  v128.store(out, f32x4.add(v128.load(out), left));
  v128.store(out, f32x4.add(v128.load(out, 16), right), 16);
}

/**
 * gradWeight (OIHW) = G^T u G, u being the sums of `parts` parts, added
 * up in the memory of the first.
 * Unit of begin and end: one output channel.
 */
export function winogradGradFilters(s: ConvShape, sums: usize, parts: i32, gradWeight: usize, begin: i32, end: i32): void {
  const C = inputChannels(s), partStride = floats(sumFloats(s)), filterFloats = winogradPositions(s) * C;
  for (let o = begin; o < end; o++) {
    const filterSums = sums + floats(o * filterFloats);
    addParts(filterSums, filterFloats, parts, partStride);
    for (let c = 0; c < s.inChannels; c += 4) {
      gradFilters(s, filterSums + floats(c), floats(C), gradWeight + floats((o * s.inChannels + c) * 9), s.inChannels - c);
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
function gradFilters(s: ConvShape, sums: usize, positionStride: usize, gradWeight: usize, count: i32): void {
  const points = pointCount(s.outWidth), rowPoints = pointCount(s.outHeight), row = <usize>points * positionStride;
  for (let p = sums, end = sums + row; p < end; p += positionStride) gradFilterLine(p, row, rowPoints);
  for (let k = 0; k < 3; k++, sums += row) {
    gradFilterLine(sums, positionStride, points);
    for (let l: usize = 0; l < 3; l++, gradWeight += 4) {
      const lanes = v128.load(sums + l * positionStride);
      v128.store_lane<f32>(gradWeight, lanes, 0);
      if (count > 1) v128.store_lane<f32>(gradWeight, lanes, 1, 36);
      if (count > 2) v128.store_lane<f32>(gradWeight, lanes, 2, 72);
      if (count > 3) v128.store_lane<f32>(gradWeight, lanes, 3, 108);
    }
  }
}

/** G^T of the sums at the first `points` points, in place; the sums at the others are zero. */
@inline
function gradFilterLine(p: usize, stride: usize, points: i32): void {
  const zero = f32x4.splat(0);
  gradFilterTransform(
    v128.load(p), v128.load(p + stride), v128.load(p + 2 * stride), v128.load(p + 3 * stride), v128.load(p + 4 * stride),
    points > 5 ? v128.load(p + 5 * stride) : zero, points > 6 ? v128.load(p + 6 * stride) : zero, p, stride,
  );
}
