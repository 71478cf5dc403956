// Winograd convolution over NHWC images: 3x3 kernels of stride 1 without dilation or groups. Tiles of 3
// to 5 outputs on a side fit the plane (winogradPlane.ts); a tile of 5 x 5 takes 49 multiplications,
// direct convolution 225. Forward pass, and the input gradient as a forward pass with rotated filters.
// The general case is in conv2d.ts, the weight gradient in winogradGradWeight.ts, the derivation of the
// formulas in winogradTransform.ts.
//
// One output tile y of one output channel, g being the filters and d the
// input tiles of the channels c:
//     y = A^T [ sum over c of (G g G^T) * (B^T d B) ] A
// The sum over channels is separate for each position, a pair of points: up to 49 matrix products
// [tiles x C][C x O]. Filters are transformed once per call; tiles are processed in blocks that
// stay in the second-level cache.
//
// Milliseconds on one core of an AMD EPYC (Zen 5), batch 64, Node 24, half of the images at a time, best
// of 40; in brackets the GFLOP/s that direct convolution would need for that.
//                                                         conv2 14x14 32->64   conv3 7x7 64->128
//     tiles of 4, relaxed module                           3.6 (128)            3.5 (132)
//     fitting tiles, relaxed module                        3.0 (154)            3.2 (145)
//     wide module, transforms of four lanes                2.3 (200)            2.1 (217)
//     transforms of eight lanes                            2.0 (230)            1.9 (238)
//     an odd number of cache lines between positions       1.9 (245)            1.8 (257)
//     its input gradient                                   1.9 (243)            2.0 (231)
// The products alone would take 1.0 and 1.2 ms at the speed of the register tile.

import { ConvShape } from './convShape';
import { gemmPanel } from './gemm';
import { PANEL, PANEL_BYTES, TILE_ROWS, clear, floats } from './lanes';
import { poolPlane } from './poolPlane';
import {
  largeSegments,
  pointCount,
  positionFloats,
  segmentStart,
  segmentsOfPoint,
  smallSegment,
  tilesAcross,
  winogradPositions,
  winogradProducts,
  winogradStrips,
} from './winogradPlane';
import { clearStrip, inputStrip, stripScratch, stripsOfPoint } from './winogradTiles';
import { filterTransform, outputTransform3, outputTransform4, outputTransform5 } from './winogradTransform';

/**
 * Floats of transformed inputs in a block: 320 KB, which leaves most of the second-level
 * cache for filters and products.
 */
const BLOCK_FLOATS: i32 = 80 << 10;

/**
 * Strips of a block: whole images if possible, and a multiple of six of them, which fills the six rows
 * of the register tile for all points. Callers should divide the strips at block borders: a part of a
 * block reads all filters for fewer tiles.
 */
export function winogradBlockStrips(s: ConvShape): i32 {
  const strips = winogradStrips(s), images = BLOCK_FLOATS / (winogradProducts(s) * s.inChannels);
  if (images == 0) return max(1, (BLOCK_FLOATS * strips) / (winogradProducts(s) * s.inChannels));
  return strips * (images < 6 ? images : images - (images % 6));
}

/** Tiles of a block at one position, at most. */
function blockTiles(s: ConvShape): i32 {
  return winogradBlockStrips(s) * tilesAcross(s);
}

/** A bias of zeros. */
const ZEROS: usize = memory.data(32, 16);

/** Floats of the products of a block at one position, [tiles][PANEL], rounded up to whole register tiles. */
function productFloats(s: ConvShape): i32 {
  return positionFloats((blockTiles(s) + TILE_ROWS) * PANEL);
}

/** Floats of the transformed inputs of a block at one position, [tiles][C]. */
function inputFloats(s: ConvShape): i32 {
  return positionFloats(blockTiles(s) * s.inChannels);
}

/** Floats of the filters of a panel at one position, [C][PANEL]. */
function filterFloats(s: ConvShape): i32 {
  return positionFloats(s.inChannels * PANEL);
}

/** Floats of scratch for every function here; each thread needs a separate one. */
export function winogradScratch(s: ConvShape): i32 {
  const perPosition = inputFloats(s) + productFloats(s);
  return stripScratch(s) + winogradPositions(s) * perPosition + (1 + s.pixels) * PANEL;
}

/** Panels of PANEL output channels. */
export function winogradPanels(s: ConvShape): i32 {
  return (s.outChannels + PANEL - 1) / PANEL;
}

/** Floats of transformed filters, [panels][positions][C][PANEL]. */
export function winogradFilterFloats(s: ConvShape): i32 {
  return winogradPanels(s) * winogradPositions(s) * filterFloats(s);
}

/**
 * filters = G g G^T of every filter g of weight (OIHW). Unit of begin and end:
 * one panel of winogradPanels(s).
 *
 * `flipped`: `s` is the shape of the input gradient (its channels are the outputs of weight), so
 * the kernels are rotated by 180 degrees and the two channel axes of weight swapped.
 */
export function packWinogradFilters(
  s: ConvShape, weight: usize, flipped: bool, filters: usize, scratch: usize, begin: i32, end: i32,
): void {
  const C = s.inChannels, O = s.outChannels, positionStride = floats(filterFloats(s));
  const firstTap = flipped ? weight + floats(8) : weight; // first of the nine taps in reading order
  const strideTap = flipped ? -4 : 4;
  const strideC = flipped ? floats(9 * O) : floats(9), strideO = flipped ? floats(9) : floats(9 * C);
  for (let panel = begin; panel < end; panel++) {
    const to = filters + <usize>(panel * winogradPositions(s)) * positionStride;
    for (let c = 0; c < C; c++) {
      for (let half = 0; half < PANEL; half += 4) {
        const o = panel * PANEL + half;
        const from = firstTap + <usize>c * strideC + <usize>o * strideO;
        transformFilters(s, from, strideTap, strideO, O - o, scratch, to + <usize>c * PANEL_BYTES + floats(half), positionStride);
      }
    }
  }
}

/**
 * Four filters at once, of which the first `count` exist (0 or less: none); the others are zero.
 */
function transformFilters(
  s: ConvShape, from: usize, strideTap: isize, strideO: usize, count: i32, scratch: usize, to: usize, positionStride: usize,
): void {
  for (let tap = 0; tap < 9; tap++, from += strideTap) {
    let lanes = f32x4.splat(0);
    if (count > 0) lanes = v128.load_lane<f32>(from, lanes, 0);
    if (count > 1) lanes = v128.load_lane<f32>(from + strideO, lanes, 1);
    if (count > 2) lanes = v128.load_lane<f32>(from + 2 * strideO, lanes, 2);
    if (count > 3) lanes = v128.load_lane<f32>(from + 3 * strideO, lanes, 3);
    v128.store(scratch + 16 * <usize>tap, lanes); // [3][3]
  }
  const columns = scratch + 16 * 9; // [7][3]
  const rowPoints = pointCount(s.outHeight), points = pointCount(s.outWidth);
  for (let offset: usize = 0; offset < 48; offset += 16) {
    const p = scratch + offset;
    filterTransform(v128.load(p), v128.load(p, 48), v128.load(p, 96), columns + offset, 48, rowPoints);
  }
  for (let p = 0, from = columns; p < rowPoints; p++, from += 48, to += <usize>points * positionStride) {
    filterTransform(v128.load(from), v128.load(from, 16), v128.load(from, 32), to, positionStride, points);
  }
}

/**
 * out [N, outHeight, outWidth, outChannels] = convolution of x [N, height, width, channels] with
 * `filters`, plus bias [O] or 0.
 * Unit of begin and end: one strip of N * winogradStrips(s). Needs 8 channels or more, padY and
 * padX of 0 or more.
 *
 * A NaN or an infinity in x makes all outputs of its tiles NaN, also those
 * whose window does not contain it.
 */
export function winogradForward(
  s: ConvShape, x: usize, filters: usize, bias: usize, out: usize, scratch: usize, begin: i32, end: i32,
): void {
  const block = winogradBlockStrips(s), pixel = floats(s.outChannels), row = <usize>s.outWidth * pixel;
  const perImage = winogradStrips(s);
  clearStrip(s, scratch);
  for (let first = begin; first < end; first += block) {
    const strips = min(block, end - first);
    transformBlock(s, x, first, strips, scratch);
    for (let o = 0; o < s.outChannels; o += PANEL) {
      multiplyBlock(s, filters, o, first, strips, scratch);
      const panelBias = biasOf(s, bias, o, scratch);
      for (let strip = first; strip < first + strips; strip++) {
        const image = out + <usize>(strip / perImage) * <usize>s.outHeight * row + floats(o);
        outputStrip(s, productsOf(s, scratch), first, strips, strip, o, panelBias, image, pixel, row);
      }
    }
  }
}

/**
 * The same with ReLU and 2x2 max-pooling: out is [N, outHeight / 2, outWidth / 2, outChannels]. The
 * convolution of one image and one panel is stored in scratch, [outHeight][outWidth][PANEL].
 * Unit of begin and end: one of the N * parts parts of the images. A part has every `parts`-th panel, so
 * that several threads can work on one image; each transforms its inputs.
 */
export function winogradForwardPooled(
  s: ConvShape, x: usize, filters: usize, bias: usize, out: usize, scratch: usize, parts: i32, begin: i32, end: i32,
): void {
  const perImage = winogradStrips(s), images = parts > 1 ? 1 : max(1, winogradBlockStrips(s) / perImage);
  const row = <usize>s.outWidth * PANEL_BYTES;
  const outImage = floats((s.outHeight >> 1) * (s.outWidth >> 1)) * <usize>s.outChannels;
  clearStrip(s, scratch);
  for (let unit = begin; unit < end; unit += images) {
    const first = (unit / parts) * perImage, strips = min(images, end - unit) * perImage;
    transformBlock(s, x, first, strips, scratch);
    for (let o = (unit % parts) * PANEL; o < s.outChannels; o += parts * PANEL) {
      multiplyBlock(s, filters, o, first, strips, scratch);
      const products = productsOf(s, scratch), panelBias = biasOf(s, bias, o, scratch), plane = panelBias + PANEL_BYTES;
      for (let strip = first; strip < first + strips; strip++) {
        outputStrip(s, products, first, strips, strip, o, panelBias, plane, PANEL_BYTES, row);
        if ((strip + 1) % perImage == 0) {
          poolPlane(s, plane, o, min(PANEL, s.outChannels - o), out + <usize>(strip / perImage) * outImage);
        }
      }
    }
  }
}

/** Transformed inputs of a block, [positions][tiles][C]. */
@inline
function inputsOf(s: ConvShape, scratch: usize): usize {
  return scratch + floats(stripScratch(s));
}

/** Products of a block and one panel, [positions][tiles][PANEL]. */
@inline
function productsOf(s: ConvShape, scratch: usize): usize {
  return inputsOf(s, scratch) + floats(winogradPositions(s) * inputFloats(s));
}

/** Writes the bias of the panel of channel o to scratch, [PANEL], zero where there is none. */
function biasOf(s: ConvShape, bias: usize, o: i32, scratch: usize): usize {
  const to = productsOf(s, scratch) + floats(winogradPositions(s) * productFloats(s));
  clear(to, PANEL);
  if (bias != 0) memory.copy(to, bias + floats(o), floats(min(PANEL, s.outChannels - o)));
  return to;
}

function transformBlock(s: ConvShape, x: usize, first: i32, strips: i32, scratch: usize): void {
  const pixel = floats(s.inChannels), positionStride = floats(inputFloats(s));
  for (let strip = first; strip < first + strips; strip++) {
    inputStrip(s, x, first, strips, strip, inputsOf(s, scratch), positionStride, pixel, scratch);
  }
}

/** The products of the transformed inputs of a block with the filters of the panel of channel o. */
function multiplyBlock(s: ConvShape, filters: usize, o: i32, first: i32, strips: i32, scratch: usize): void {
  const C = s.inChannels, filterBytes = floats(filterFloats(s));
  const positionStride = floats(inputFloats(s)), productStride = floats(productFloats(s));
  let input = inputsOf(s, scratch), product = productsOf(s, scratch);
  let filter = filters + <usize>((o / PANEL) * winogradPositions(s)) * filterBytes;
  const points = pointCount(s.outWidth), lastSegments = segmentsOfPoint(s.outWidth, points - 1), segments = tilesAcross(s);
  for (let p = 0, rowPoints = pointCount(s.outHeight); p < rowPoints; p++) {
    const rows = stripsOfPoint(s, first, strips, p);
    for (let q = 0; q < points; q++) {
      gemmPanel(input, C, filter, product, rows * (q == points - 1 ? lastSegments : segments));
      input += positionStride;
      filter += filterBytes;
      product += productStride;
    }
  }
}

/**
 * A^T m A of every tile of strip `index` in a block of `strips` strips from `first` on, for the output
 * channels of a panel from o on. Overwrites the products. `image` is the address of channel o of pixel
 * (0, 0); pixels are `pixel` bytes apart, rows `row` bytes. `bias` is that of the panel, [PANEL].
 */
function outputStrip(
  s: ConvShape, products: usize, first: i32, strips: i32, index: i32,
  o: i32, bias: usize, image: usize, pixel: usize, row: usize,
): void {
  const segment = index % winogradStrips(s), small = smallSegment(s.outHeight);
  const size = segment < largeSegments(s.outHeight) ? small + 1 : small, last = size + 1;
  const stride = floats(productFloats(s)), rowStride = <usize>pointCount(s.outWidth) * stride;
  const rank = <usize>(index - first) * PANEL_BYTES, across = tilesAcross(s), acrossLarge = largeSegments(s.outWidth);
  const narrow = smallSegment(s.outWidth);
  const lastRank = <usize>stripsOfPoint(s, first, index - first, last) * PANEL_BYTES;
  const segmentBytes = <usize>strips * PANEL_BYTES, lastSegmentBytes = <usize>stripsOfPoint(s, first, strips, last) * PANEL_BYTES;
  const top = segmentStart(s.outHeight, segment), rows = min(size, s.outHeight - top);
  let tile = products + rank, lastTile = products + <usize>last * rowStride + lastRank;
  image += <usize>top * row;
  for (let i = 0, x = 0; i < across; i++, tile += segmentBytes, lastTile += lastSegmentBytes) {
    const width = i < acrossLarge ? narrow + 1 : narrow;
    outputColumns(tile, lastTile, size, width + 2, stride, rowStride);
    for (let part = 0; part < PANEL; part += 8) {
      const count = s.outChannels - o - part;
      if (count <= 0) break;
      const to = image + <usize>x * pixel + floats(part);
      outputRows(tile + floats(part), width, stride, rowStride, bias + floats(part), to, pixel, row, rows, min(width, s.outWidth - x), count);
    }
    x += width;
  }
}

/**
 * The columns of a tile, in place: the products at the points p of column q become `size` outputs. The
 * products of the last point are at lastTile; those of point p at tile + p * rowStride.
 */
@inline
function outputColumns(tile: usize, lastTile: usize, size: i32, columns: i32, stride: usize, rowStride: usize): void {
  for (let q = 0; q < columns; q++, tile += stride, lastTile += stride) {
    for (let offset: usize = 0; offset < PANEL_BYTES; offset += 32) {
      const m0 = tile + offset, m1 = m0 + rowStride, m2 = m1 + rowStride, m3 = m2 + rowStride, m4 = m3 + rowStride;
      const last = lastTile + offset;
      if (size == 3) outputTransform3(m0, m1, m2, m3, last, ZEROS, m0, rowStride);
      else if (size == 4) outputTransform4(m0, m1, m2, m3, m4, last, ZEROS, m0, rowStride);
      else outputTransform5(m0, m1, m2, m3, m4, m4 + rowStride, last, ZEROS, m0, rowStride);
    }
  }
}

/**
 * The rows of a tile for eight channels, `count` of which exist; writes the rows x
 * cols pixels that the image has. `shift` is the address of eight floats.
 */
@inline
function outputRows(
  tile: usize, width: i32, stride: usize, rowStride: usize, shift: usize,
  out: usize, pixel: usize, row: usize, rows: i32, cols: i32, count: i32,
): void {
  const isFullTile = cols == width && count >= 8;
  for (let y = 0; y < rows; y++, tile += rowStride, out += row) {
    // A tile that crosses the border is stored over its products; only the pixels of the
    // image are copied from there.
    const to = isFullTile ? out : tile, step = isFullTile ? pixel : stride;
    const m0 = tile, m1 = m0 + stride, m2 = m1 + stride, m3 = m2 + stride, m4 = m3 + stride, m5 = m4 + stride;
    if (width == 3) outputTransform3(m0, m1, m2, m3, m4, shift, to, step);
    else if (width == 4) outputTransform4(m0, m1, m2, m3, m4, m5, shift, to, step);
    else outputTransform5(m0, m1, m2, m3, m4, m5, m5 + stride, shift, to, step);
    if (isFullTile) continue;
    for (let column: usize = 0; column < <usize>cols; column++) {
      memory.copy(out + column * pixel, tile + column * stride, floats(min(count, 8)));
    }
  }
}
