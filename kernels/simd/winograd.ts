// Winograd convolution F(4x4, 3x3) over NHWC images: 3x3 kernels of stride 1 without dilation or
// groups. 36 multiplications for 16 outputs; direct convolution needs 144. Forward pass, and the
// input gradient as a forward pass with rotated filters. The general case is in conv2d.ts, the
// weight gradient in winogradGradWeight.ts, the derivation of the formulas in winogradTransform.ts.
//
// One output tile y of one output channel, g being the filters and d the
// input tiles of the channels c:
//     y = A^T [ sum over c of (G g G^T) * (B^T d B) ] A
// The sum over channels is separate for each of the 36 positions: 36 matrix products
// [tiles x C][C x O]. Filters are transformed once per call; tiles are processed in blocks that
// stay in the second-level cache.
//
// Versions: milliseconds on one core of an AMD EPYC (Zen 4), batch 64, best of many short
// runs, filter transform included; in brackets the speed in GFLOP/s that direct
// convolution would need for that.
//                                                 conv2 14x14 32->64    conv3 7x7 64->128
//     direct (conv2d.ts), Node 20                 13.1 (35)             12.7 (36)
//     Winograd; a tile's output copied at the end  6.4 (72)              5.5 (84)
//     whole tiles straight to the output           6.0 (77)              5.1 (90)
//     input gradient (direct: 13.5, 12.8)          5.7 (81)              5.1 (90)
//     relaxed, Node 24 (direct: 8.7, 8.5)          4.4 (104)             3.8 (122)
//     its input gradient (direct: 8.5, 8.7)        4.3 (107)             3.9 (119)
// Of conv2's 6.0 ms the products take 4.9 (a third of the direct multiplications: 14 of 16
// pixels of the tiles exist on each axis), input and output transform half a millisecond each.
// Blocks matter little to the forward pass, but the input gradient with all tiles in one block
// is 1.4 times slower. Rejected, no gain: gaps between positions against cache aliasing,
// constants loaded from memory.

import { ConvShape } from './convShape';
import { gemm } from './gemm';
import { PANEL, PANEL_BYTES, floats, loadPart, storePart } from './lanes';
import { POSITIONS, TILE, clearStrip, inputStrip, stripScratch, tilesAcross, winogradStrips } from './winogradTiles';
import { filterTransform, outputTransform } from './winogradTransform';

/**
 * Floats of transformed inputs in a block: 224 KB, which leaves most of the second-level
 * cache for filters and products.
 */
const BLOCK_FLOATS: i32 = 56 << 10;

/** Bytes of the eight transformed outputs of a tile, [6][6][8]. */
const PRODUCT_BYTES: usize = <usize>POSITIONS * PANEL_BYTES;

/**
 * Strips of a block: if possible a multiple of six, which fills the six rows of the
 * register tile. Callers should divide the strips at block borders: a part of a block reads
 * all filters for fewer tiles.
 */
export function winogradBlockStrips(s: ConvShape): i32 {
  const strips = BLOCK_FLOATS / (POSITIONS * tilesAcross(s) * s.inChannels);
  return strips < 6 ? max(strips, 1) : strips - (strips % 6);
}

/** Transformed inputs of a block at one position, [tiles][C]. */
function positionFloats(s: ConvShape): i32 {
  return winogradBlockStrips(s) * tilesAcross(s) * s.inChannels;
}

/** Floats of scratch for every function here; each thread needs a separate one. */
export function winogradScratch(s: ConvShape): i32 {
  return stripScratch(s) + POSITIONS * positionFloats(s) + winogradBlockStrips(s) * tilesAcross(s) * POSITIONS * PANEL;
}

/** Panels of eight output channels. */
export function winogradPanels(s: ConvShape): i32 {
  return (s.outChannels + PANEL - 1) / PANEL;
}

/** Floats of transformed filters, [panels][36][C][8]. */
export function winogradFilterFloats(s: ConvShape): i32 {
  return winogradPanels(s) * POSITIONS * s.inChannels * PANEL;
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
  const C = s.inChannels, O = s.outChannels, positionStride = <usize>C * PANEL_BYTES;
  const firstTap = flipped ? weight + floats(8) : weight; // first of the nine taps in reading order
  const strideTap = flipped ? -4 : 4;
  const strideC = flipped ? floats(9 * O) : floats(9), strideO = flipped ? floats(9) : floats(9 * C);
  for (let panel = begin; panel < end; panel++) {
    const to = filters + <usize>(panel * POSITIONS) * positionStride;
    for (let c = 0; c < C; c++) {
      for (let half = 0; half < PANEL; half += 4) {
        const o = panel * PANEL + half;
        const from = firstTap + <usize>c * strideC + <usize>o * strideO;
        transformFilters(from, strideTap, strideO, O - o, scratch, to + <usize>c * PANEL_BYTES + floats(half), positionStride);
      }
    }
  }
}

/**
 * Four filters at once, of which the first `count` exist (0 or less: none); the others are zero.
 */
function transformFilters(
  from: usize, strideTap: isize, strideO: usize, count: i32, scratch: usize, to: usize, positionStride: usize,
): void {
  for (let tap = 0; tap < 9; tap++, from += strideTap) {
    let lanes = f32x4.splat(0);
    if (count > 0) lanes = v128.load_lane<f32>(from, lanes, 0);
    if (count > 1) lanes = v128.load_lane<f32>(from + strideO, lanes, 1);
    if (count > 2) lanes = v128.load_lane<f32>(from + 2 * strideO, lanes, 2);
    if (count > 3) lanes = v128.load_lane<f32>(from + 3 * strideO, lanes, 3);
    v128.store(scratch + 16 * <usize>tap, lanes); // [3][3]
  }
  const columns = scratch + 16 * 9; // [6][3]
  for (let offset: usize = 0; offset < 48; offset += 16) {
    const p = scratch + offset;
    filterTransform(v128.load(p), v128.load(p, 48), v128.load(p, 96), columns + offset, 48);
  }
  for (let k: usize = 0; k < 6; k++) {
    const p = columns + 48 * k;
    filterTransform(v128.load(p), v128.load(p, 16), v128.load(p, 32), to + 6 * k * positionStride, positionStride);
  }
}

/**
 * out [N, outHeight, outWidth, outChannels] = convolution of x [N, height, width, channels] with
 * `filters`, plus bias [O] or 0.
 * Unit of begin and end: one strip of N * winogradStrips(s). Needs 4 channels or more, padY and
 * padX of 0 or more. With `pooled`, out is [N, outHeight / 2, outWidth / 2, outChannels]: the
 * maximum of relu(y) under each 2x2 window, computed before the tile is stored.
 *
 * A NaN or an infinity in x makes all outputs of its tiles NaN, also those
 * whose window does not contain it.
 */
export function winogradForward(
  s: ConvShape, x: usize, filters: usize, bias: usize, out: usize, pooled: bool, scratch: usize, begin: i32, end: i32,
): void {
  const C = s.inChannels, tilesPerStrip = tilesAcross(s), block = winogradBlockStrips(s), positionStride = floats(positionFloats(s));
  const inputs = scratch + floats(stripScratch(s)); // [36][tiles][C]
  const products = inputs + <usize>POSITIONS * positionStride; // [tiles][36][8]
  const filterBytes = <usize>C * PANEL_BYTES;
  clearStrip(s, scratch);
  for (let firstStrip = begin; firstStrip < end; firstStrip += block) {
    const strips = min(block, end - firstStrip);
    for (let i = 0; i < strips; i++) {
      inputStrip(s, x, firstStrip + i, inputs + floats(i * tilesPerStrip * C), positionStride, floats(C), scratch);
    }
    let filter = filters;
    for (let o = 0; o < s.outChannels; o += PANEL) {
      for (let p = 0; p < POSITIONS; p++, filter += filterBytes) {
        const to = products + <usize>p * PANEL_BYTES;
        gemm(inputs + <usize>p * positionStride, C, C, filter, 0, to, POSITIONS * PANEL, PANEL, 0, strips * tilesPerStrip);
      }
      for (let i = 0; i < strips; i++) {
        const strip = products + <usize>(i * tilesPerStrip) * PRODUCT_BYTES;
        if (pooled) pooledStrip(s, strip, firstStrip + i, o, bias, out);
        else outputStrip(s, strip, firstStrip + i, o, bias, out);
      }
    }
  }
}

/**
 * A^T m A of every tile of strip `index`, eight output channels from o on. Overwrites the products.
 */
function outputStrip(s: ConvShape, products: usize, index: i32, o: i32, bias: usize, out: usize): void {
  const strips = winogradStrips(s), pixel = floats(s.outChannels), row = <usize>s.outWidth * pixel;
  const top = (index % strips) * TILE, rows = min(TILE, s.outHeight - top);
  out += (<usize>(index / strips) * <usize>s.outHeight + <usize>top) * row + floats(o);
  for (let x = 0; x < s.outWidth; x += TILE, products += PRODUCT_BYTES, out += 4 * pixel) {
    const cols = min(TILE, s.outWidth - x);
    outputColumns(products);
    for (let half = 0; half < PANEL; half += 4) {
      const count = s.outChannels - o - half;
      if (count <= 0) break;
      const shift = bias != 0 ? loadPart(bias + floats(o + half), count) : f32x4.splat(0);
      outputRows(products + floats(half), shift, out + floats(half), pixel, row, rows, cols, count);
    }
  }
}

/**
 * The same with ReLU and 2x2 max-pooling. Tiles begin on even pixels, so
 * every window lies in one tile.
 */
function pooledStrip(s: ConvShape, products: usize, index: i32, o: i32, bias: usize, out: usize): void {
  const strips = winogradStrips(s), pixel = floats(s.outChannels), width = s.outWidth >> 1, height = s.outHeight >> 1;
  const top = (index % strips) * (TILE / 2), row = <usize>width * pixel;
  out += (<usize>(index / strips) * <usize>height + <usize>top) * row + floats(o);
  const rows = min(TILE / 2, height - top);
  for (let x = 0; x < width; x += TILE / 2, products += PRODUCT_BYTES, out += (TILE / 2) * pixel) {
    outputColumns(products);
    for (let half = 0; half < PANEL; half += 4) {
      const count = s.outChannels - o - half;
      if (count <= 0) break;
      const shift = bias != 0 ? loadPart(bias + floats(o + half), count) : f32x4.splat(0);
      for (let y = 0; y < rows; y++) {
        const upper = products + floats(half) + <usize>(2 * y) * 6 * PANEL_BYTES, lower = upper + 6 * PANEL_BYTES;
        transformRow(upper, shift);
        transformRow(lower, shift);
        for (let column = 0; column < min(TILE / 2, width - x); column++) {
          const offset = <usize>(2 * column) * PANEL_BYTES;
          const above = f32x4.max(v128.load(upper + offset), v128.load(upper + offset, 32));
          const below = f32x4.max(v128.load(lower + offset), v128.load(lower + offset, 32));
          const largest = f32x4.max(f32x4.max(above, below), f32x4.splat(0)); // relu
          storePart(out + <usize>y * row + <usize>column * pixel + floats(half), largest, count);
        }
      }
    }
  }
}

/** One row of a tile, in place: six products -> four outputs. */
@inline
function transformRow(p: usize, shift: v128): void {
  outputTransform(
    v128.load(p), v128.load(p, 32), v128.load(p, 64), v128.load(p, 96), v128.load(p, 128), v128.load(p, 160),
    shift, p, PANEL_BYTES,
  );
}

/** The columns of a tile, in place: [6][6][8] -> [4][6][8]. */
@inline
function outputColumns(products: usize): void {
  const row: usize = 6 * PANEL_BYTES, zero = f32x4.splat(0);
  for (let p = products, end = products + row; p < end; p += 16) {
    outputTransform(
      v128.load(p), v128.load(p + row), v128.load(p + 2 * row),
      v128.load(p + 3 * row), v128.load(p + 4 * row), v128.load(p + 5 * row), zero, p, row,
    );
  }
}

/**
 * The rows of a tile for four channels, `count` of which exist; writes the rows x
 * cols pixels that the image has.
 */
@inline
function outputRows(
  products: usize, shift: v128, out: usize, pixel: usize, row: usize, rows: i32, cols: i32, count: i32,
): void {
  const isFullTile = cols == TILE && count >= 4;
  for (let y = 0; y < rows; y++, products += 6 * PANEL_BYTES, out += row) {
    const p = products;
    // A tile that crosses the border is stored over its products; only the pixels of the
    // image are copied from there.
    outputTransform(
      v128.load(p), v128.load(p, 32), v128.load(p, 64), v128.load(p, 96), v128.load(p, 128), v128.load(p, 160),
      shift, isFullTile ? out : p, isFullTile ? pixel : PANEL_BYTES,
    );
    if (isFullTile) continue;
    for (let column: usize = 0; column < <usize>cols; column++) {
      storePart(out + column * pixel, v128.load(p + column * PANEL_BYTES), count);
    }
  }
}
