// Rung 10: Winograd convolution with tiles of 4 x 4 outputs, in the plainest form.
//
// New: a tile takes 36 products for each pair of channels instead of 144. The sum over channels is
// separate at each of the 36 positions, so the products are 36 matrix products, computed by the
// register tile of rungs 6 and 7. The transforms are those of the package
// (kernels/simd/winogradTransform.ts, which derives them); the loops are the simplest that stay in the
// cache. Planes whose sides are no multiple of 4 waste part of their last tiles: rung 11 avoids that.

import { gemmPanel } from '../../../kernels/simd/gemm';
import { PANEL, PANEL_BYTES, clear, floats } from '../../../kernels/simd/lanes';
import { filterTransform, inputTransform4, outputTransform4 } from '../../../kernels/simd/winogradTransform';
import { channels, height, outChannels, setSizes, width } from './layout';

export { setSizes };

/** Points of a tile along an axis. */
const POINTS: i32 = 6;
/** Images whose transformed inputs stay in the second-level cache: 220 KB for the example. */
const BLOCK: i32 = 3;
const ZEROS: usize = memory.data(32, 16);

@inline
function tilesAcross(): i32 {
  return (width + 3) / 4;
}
@inline
function tilesDown(): i32 {
  return (height + 3) / 4;
}
@inline
function tilesPerImage(): i32 {
  return tilesAcross() * tilesDown();
}
/** Floats of an image that is padded to whole tiles. */
@inline
function paddedFloats(): i32 {
  return (4 * tilesDown() + 2) * (4 * tilesAcross() + 2) * channels;
}

/** filters [outChannels / PANEL][36][channels][PANEL] = G g G^T of every filter g. */
export function pack(weight: usize, filters: usize): void {
  const position = floats(channels * PANEL);
  const columns = filters + floats(36 * channels * outChannels), taps = columns + 16 * 18; // scratch
  for (let o = 0; o < outChannels; o += 4) {
    for (let c = 0; c < channels; c++) {
      // Four filters at a time, one in each lane.
      for (let lane = 0; lane < 4; lane++) {
        const from = weight + floats(((o + lane) * channels + c) * 9);
        for (let tap = 0; tap < 9; tap++) store<f32>(taps + floats(4 * tap + lane), load<f32>(from + floats(tap)));
      }
      for (let kx = 0; kx < 3; kx++) {
        const p = taps + 16 * <usize>kx;
        filterTransform(v128.load(p), v128.load(p, 48), v128.load(p, 96), columns + 16 * <usize>kx, 48, POINTS);
      }
      const panel = filters + floats((o - (o % PANEL)) * 36 * channels + c * PANEL + (o % PANEL));
      for (let y = 0; y < POINTS; y++) {
        const p = columns + 48 * <usize>y;
        filterTransform(v128.load(p), v128.load(p, 16), v128.load(p, 32), panel + <usize>(y * POINTS) * position, position, POINTS);
      }
    }
  }
}

export function convolve(x: usize, filters: usize, out: usize, scratch: usize, images: i32): void {
  const tiles = BLOCK * tilesPerImage();
  const inputs = scratch + floats(paddedFloats() + 36 * channels); // [36][tiles][channels]
  const products = inputs + floats(36 * tiles * channels); // [36][tiles][PANEL]
  for (let first = 0; first < images; first += BLOCK) {
    const count = min(BLOCK, images - first);
    for (let n = 0; n < count; n++) transformImage(x, first + n, n * tilesPerImage(), scratch, inputs);
    for (let o = 0; o < outChannels; o += PANEL) {
      for (let position = 0; position < 36; position++) {
        gemmPanel(
          inputs + floats(position * tiles * channels), channels, filters + floats((o * 36 + position * PANEL) * channels),
          products + floats(position * tiles * PANEL), count * tilesPerImage(),
        );
      }
      for (let n = 0; n < count; n++) writeImage(products, n * tilesPerImage(), out, first + n, o);
    }
  }
}

/** B^T d B of every tile of image n, written to inputs [36][tiles][channels] from tile `tile` on. */
function transformImage(x: usize, n: i32, tile: i32, scratch: usize, inputs: usize): void {
  const pixel = floats(channels), row = <usize>(4 * tilesAcross() + 2) * pixel;
  const position = floats(BLOCK * tilesPerImage() * channels);
  clear(scratch, paddedFloats());
  for (let y = 0; y < height; y++) {
    memory.copy(scratch + <usize>(y + 1) * row + pixel, x + <usize>((n * height + y) * width) * pixel, <usize>width * pixel);
  }
  const columns = scratch + floats(paddedFloats()); // [6][6][channels]
  for (let ty = 0; ty < tilesDown(); ty++) {
    for (let tx = 0; tx < tilesAcross(); tx++, tile++) {
      for (let c = 0; c < channels; c += 8) {
        let from = scratch + <usize>(4 * ty) * row + <usize>(4 * tx) * pixel + floats(c);
        for (let i = 0; i < POINTS; i++, from += pixel) {
          inputTransform4(
            from, from + row, from + 2 * row, from + 3 * row, from + 4 * row, from + 5 * row,
            columns + <usize>i * pixel + floats(c), 6 * pixel,
          );
        }
        let p = columns + floats(c), to = inputs + floats(tile * channels + c);
        for (let i = 0; i < POINTS; i++, p += 6 * pixel, to += 6 * position) {
          inputTransform4(p, p + pixel, p + 2 * pixel, p + 3 * pixel, p + 4 * pixel, p + 5 * pixel, to, position);
        }
      }
    }
  }
}

/** A^T m A of every tile: the outputs o to o + PANEL of image n. Overwrites the products. */
function writeImage(products: usize, tile: i32, out: usize, n: i32, o: i32): void {
  const position = floats(BLOCK * tilesPerImage() * PANEL), row = 6 * position;
  for (let ty = 0; ty < tilesDown(); ty++) {
    for (let tx = 0; tx < tilesAcross(); tx++, tile++) {
      for (let j = 0; j < PANEL; j += 8) {
        let m = products + floats(tile * PANEL + j);
        for (let i = 0; i < POINTS; i++, m += position) {
          outputTransform4(m, m + row, m + 2 * row, m + 3 * row, m + 4 * row, m + 5 * row, ZEROS, m, row);
        }
        m = products + floats(tile * PANEL + j);
        for (let y = 4 * ty; y < min(4 * ty + 4, height); y++, m += row) {
          outputTransform4(
            m, m + position, m + 2 * position, m + 3 * position, m + 4 * position, m + 5 * position, ZEROS, m, position,
          );
          const to = out + floats(((n * height + y) * width + 4 * tx) * outChannels + o + j);
          for (let i = 0; i < min(4, width - 4 * tx); i++) {
            memory.copy(to + floats(i * outChannels), m + <usize>i * position, 32);
          }
        }
      }
    }
  }
}
