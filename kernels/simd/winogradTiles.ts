// From images to transformed tiles: the two-dimensional input and gradient
// transforms of Winograd's F(4x4, 3x3).
// An output plane is divided into tiles of 4 x 4; the inputs of a tile are 6 x 6 and overlap by
// two. Missing pixels are zero. The arithmetic of a transform is in winogradTransform.ts.
//
// The unit is a strip: one row of tiles of one image. The columns of a strip are transformed
// first, all of them at once (the two columns that adjacent tiles share, once), then the six
// results along each row, tile by tile.

import { ConvShape } from './convShape';
import { clear, floats } from './lanes';
import { gradTransform, inputTransform } from './winogradTransform';

/** Outputs along each side of a tile. */
export const TILE: i32 = 4;

/** Products of a tile: 6 x 6, each at its position. */
export const POSITIONS: i32 = 36;

/** Tiles of one strip. */
export function tilesAcross(s: ConvShape): i32 {
  return (s.outWidth + TILE - 1) / TILE;
}

/** Strips of one image. */
export function winogradStrips(s: ConvShape): i32 {
  return (s.outHeight + TILE - 1) / TILE;
}

/**
 * Floats of scratch for inputStrip or gradStrip: a row of zeros, then six rows
 * of column-transformed pixels.
 */
export function stripScratch(s: ConvShape): i32 {
  const rowFloats = max(s.width * s.inChannels, s.outWidth * s.outChannels);
  const columns = TILE * tilesAcross(s) + 2;
  return ((rowFloats + 3) & ~3) + ((6 * columns * max(s.inChannels, s.outChannels) + 3) & ~3);
}

/**
 * Sets the borders of strips to zero, where they stay: both strip functions
 * write only what the image covers.
 */
export function clearStrip(s: ConvShape, scratch: usize): void {
  clear(scratch, stripScratch(s));
}

/** The address of a row of an image, or of zeros where the image has no such row. */
@inline
function rowOrZeros(image: usize, y: i32, height: i32, rowBytes: usize, zeros: usize): usize {
  return <u32>y < <u32>height ? image + <usize>y * rowBytes : zeros;
}

/**
 * Writes B^T d B for every tile of strip `index` of x [N, height, width, channels]; position p of
 * tile t goes to tiles + p * positionStride + t * tileStride. Needs 4 channels or more.
 */
export function inputStrip(
  s: ConvShape, x: usize, index: i32, tiles: usize, positionStride: usize, tileStride: usize, scratch: usize,
): void {
  const strips = winogradStrips(s), pixel = floats(s.inChannels), row = <usize>s.width * pixel;
  const image = x + <usize>(index / strips) * <usize>s.height * row;
  const top = (index % strips) * TILE - s.padY;
  const tilesPerStrip = tilesAcross(s), stripRow = <usize>(TILE * tilesPerStrip + 2) * pixel;
  const strip = scratch + ((row + 15) & ~15);

  const r0 = rowOrZeros(image, top, s.height, row, scratch), r1 = rowOrZeros(image, top + 1, s.height, row, scratch);
  const r2 = rowOrZeros(image, top + 2, s.height, row, scratch), r3 = rowOrZeros(image, top + 3, s.height, row, scratch);
  const r4 = rowOrZeros(image, top + 4, s.height, row, scratch), r5 = rowOrZeros(image, top + 5, s.height, row, scratch);
  const left = <usize>s.padX * pixel, bytes = min(row, stripRow - left);
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    // The last vector overlaps the previous one instead of crossing the end.
    const i = min(offset, bytes - 16);
    inputTransform(
      v128.load(r0 + i), v128.load(r1 + i), v128.load(r2 + i), v128.load(r3 + i), v128.load(r4 + i), v128.load(r5 + i),
      strip + left + i, stripRow,
    );
  }

  for (let k = 0; k < 6; k++) {
    for (let tile = 0; tile < tilesPerStrip; tile++) {
      const from = strip + <usize>k * stripRow + <usize>(TILE * tile) * pixel;
      const to = tiles + <usize>(6 * k) * positionStride + <usize>tile * tileStride;
      for (let offset: usize = 0; offset < pixel; offset += 16) {
        const c = min(offset, pixel - 16), p = from + c;
        inputTransform(
          v128.load(p), v128.load(p + pixel), v128.load(p + 2 * pixel),
          v128.load(p + 3 * pixel), v128.load(p + 4 * pixel), v128.load(p + 5 * pixel),
          to + c, positionStride,
        );
      }
    }
  }
}

/**
 * The same for gradOut [N, outHeight, outWidth, outChannels]: writes A y A^T of every 4 x 4 tile.
 */
export function gradStrip(
  s: ConvShape, gradOut: usize, index: i32, tiles: usize, positionStride: usize, tileStride: usize, scratch: usize,
): void {
  const strips = winogradStrips(s), pixel = floats(s.outChannels), row = <usize>s.outWidth * pixel;
  const image = gradOut + <usize>(index / strips) * <usize>s.outHeight * row;
  const top = (index % strips) * TILE, tilesPerStrip = tilesAcross(s), stripRow = <usize>(TILE * tilesPerStrip) * pixel;
  const strip = scratch + ((row + 15) & ~15);

  const r0 = image + <usize>top * row, r1 = rowOrZeros(image, top + 1, s.outHeight, row, scratch);
  const r2 = rowOrZeros(image, top + 2, s.outHeight, row, scratch), r3 = rowOrZeros(image, top + 3, s.outHeight, row, scratch);
  for (let offset: usize = 0; offset < row; offset += 16) {
    const i = min(offset, row - 16);
    gradTransform(v128.load(r0 + i), v128.load(r1 + i), v128.load(r2 + i), v128.load(r3 + i), strip + i, stripRow);
  }

  for (let k = 0; k < 6; k++) {
    for (let tile = 0; tile < tilesPerStrip; tile++) {
      const from = strip + <usize>k * stripRow + <usize>(TILE * tile) * pixel;
      const to = tiles + <usize>(6 * k) * positionStride + <usize>tile * tileStride;
      for (let offset: usize = 0; offset < pixel; offset += 16) {
        const c = min(offset, pixel - 16), p = from + c;
        gradTransform(
          v128.load(p), v128.load(p + pixel), v128.load(p + 2 * pixel), v128.load(p + 3 * pixel), to + c, positionStride,
        );
      }
    }
  }
}
