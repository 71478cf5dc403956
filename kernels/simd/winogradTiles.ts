// From images to transformed tiles: the two-dimensional input and gradient transforms of Winograd
// convolution. A tile of m x n outputs has (m + 2) x (n + 2) inputs, which overlap those of its
// neighbors by two. Missing pixels are zero. winogradPlane.ts divides the plane into tiles; the
// arithmetic of a transform is in winogradTransform.ts.
//
// The unit is a strip: one row of tiles of one image. The columns of a strip are transformed first, all
// of them at once (the two columns that adjacent tiles share, once), then the results along each row,
// tile by tile.

import { ConvShape } from './convShape';
import { clear, floats } from './lanes';
import {
  coveredOutputs,
  isLargeOnly,
  largeSegments,
  largeStripsBefore,
  pointCount,
  segmentStart,
  smallSegment,
  tilesAcross,
  winogradStrips,
} from './winogradPlane';
import {
  gradTransform3,
  gradTransform4,
  gradTransform5,
  inputTransform3,
  inputTransform4,
  inputTransform5,
} from './winogradTransform';

/**
 * Floats of scratch for inputStrip or gradStrip: a row of zeros, then seven rows of column-transformed
 * pixels.
 */
export function stripScratch(s: ConvShape): i32 {
  const rowFloats = max(s.width * s.inChannels, s.outWidth * s.outChannels);
  return ((rowFloats + 3) & ~3) + ((7 * stripColumns(s) * max(s.inChannels, s.outChannels) + 3) & ~3);
}

/** Columns of the inputs of a strip: two more than its outputs. */
function stripColumns(s: ConvShape): i32 {
  return coveredOutputs(s.outWidth) + 2;
}

/**
 * Sets the borders of strips to zero, where they stay: both strip functions write only what the image
 * covers.
 */
export function clearStrip(s: ConvShape, scratch: usize): void {
  clear(scratch, stripScratch(s));
}

/** The address of a row of an image, or of zeros where the image has no such row. */
@inline
function rowOrZeros(image: usize, y: i32, height: i32, rowBytes: usize, zeros: usize): usize {
  return <u32>y < <u32>height ? image + <usize>y * rowBytes : zeros;
}

/** Number of strips among those from `first` on to which point p belongs. */
@inline
export function stripsOfPoint(s: ConvShape, first: i32, strips: i32, p: i32): i32 {
  if (!isLargeOnly(s.outHeight, p)) return strips;
  return largeStripsBefore(s, first + strips) - largeStripsBefore(s, first);
}

/**
 * Writes B^T d B for every tile of strip `index` of x [N, height, width, channels], one of `strips`
 * strips from `first` on. The tiles of a position (p, q) are `tileStride` bytes apart, ordered by
 * segment, then by strip; those of the next position begin `positionStride` bytes further.
 * Needs 8 channels or more.
 */
export function inputStrip(
  s: ConvShape, x: usize, first: i32, strips: i32, index: i32,
  tiles: usize, positionStride: usize, tileStride: usize, scratch: usize,
): void {
  const perImage = winogradStrips(s), pixel = floats(s.inChannels), row = <usize>s.width * pixel;
  const image = x + <usize>(index / perImage) * <usize>s.height * row, segment = index % perImage;
  const top = segmentStart(s.outHeight, segment) - s.padY, stripRow = <usize>stripColumns(s) * pixel;
  const strip = scratch + ((row + 15) & ~15);
  const small = smallSegment(s.outHeight), size = segment < largeSegments(s.outHeight) ? small + 1 : small;

  const r0 = rowOrZeros(image, top, s.height, row, scratch), r1 = rowOrZeros(image, top + 1, s.height, row, scratch);
  const r2 = rowOrZeros(image, top + 2, s.height, row, scratch), r3 = rowOrZeros(image, top + 3, s.height, row, scratch);
  const r4 = rowOrZeros(image, top + 4, s.height, row, scratch), r5 = rowOrZeros(image, top + 5, s.height, row, scratch);
  const r6 = rowOrZeros(image, top + 6, s.height, row, scratch);
  const left = <usize>s.padX * pixel, bytes = min(row, stripRow - left), to = strip + left;
  for (let offset: usize = 0; offset < bytes; offset += 32) {
    // The last eight floats overlap the previous ones instead of crossing the end.
    const i = min(offset, bytes - 32);
    if (size == 3) inputTransform3(r0 + i, r1 + i, r2 + i, r3 + i, r4 + i, to + i, stripRow);
    else if (size == 4) inputTransform4(r0 + i, r1 + i, r2 + i, r3 + i, r4 + i, r5 + i, to + i, stripRow);
    else inputTransform5(r0 + i, r1 + i, r2 + i, r3 + i, r4 + i, r5 + i, r6 + i, to + i, stripRow);
  }

  const acrossLarge = largeSegments(s.outWidth), across = tilesAcross(s), narrow = smallSegment(s.outWidth);
  const rowStride = <usize>pointCount(s.outWidth) * positionStride;
  for (let p = 0; p < size + 2; p++, tiles += rowStride) {
    const segmentStride = <usize>stripsOfPoint(s, first, strips, p) * tileStride;
    let from = strip + <usize>p * stripRow, out = tiles + <usize>stripsOfPoint(s, first, index - first, p) * tileStride;
    for (let tile = 0, width = 0; tile < across; tile++, from += <usize>width * pixel, out += segmentStride) {
      width = tile < acrossLarge ? narrow + 1 : narrow;
      for (let offset: usize = 0; offset < pixel; offset += 32) {
        const c = min(offset, pixel - 32), d0 = from + c, d1 = d0 + pixel, d2 = d1 + pixel;
        const d3 = d2 + pixel, d4 = d3 + pixel, d5 = d4 + pixel;
        if (width == 3) inputTransform3(d0, d1, d2, d3, d4, out + c, positionStride);
        else if (width == 4) inputTransform4(d0, d1, d2, d3, d4, d5, out + c, positionStride);
        else inputTransform5(d0, d1, d2, d3, d4, d5, d5 + pixel, out + c, positionStride);
      }
    }
  }
}

/**
 * The same for gradOut [N, outHeight, outWidth, outChannels]: writes A y A^T of every tile.
 */
export function gradStrip(
  s: ConvShape, gradOut: usize, first: i32, strips: i32, index: i32,
  tiles: usize, positionStride: usize, tileStride: usize, scratch: usize,
): void {
  const perImage = winogradStrips(s), pixel = floats(s.outChannels), row = <usize>s.outWidth * pixel;
  const image = gradOut + <usize>(index / perImage) * <usize>s.outHeight * row, segment = index % perImage;
  const top = segmentStart(s.outHeight, segment), stripRow = <usize>stripColumns(s) * pixel;
  const strip = scratch + ((row + 15) & ~15);
  const small = smallSegment(s.outHeight), size = segment < largeSegments(s.outHeight) ? small + 1 : small;

  const r0 = image + <usize>top * row, r1 = rowOrZeros(image, top + 1, s.outHeight, row, scratch);
  const r2 = rowOrZeros(image, top + 2, s.outHeight, row, scratch), r3 = rowOrZeros(image, top + 3, s.outHeight, row, scratch);
  const r4 = rowOrZeros(image, top + 4, s.outHeight, row, scratch);
  for (let offset: usize = 0; offset < row; offset += 32) {
    const i = min(offset, row - 32), to = strip + i;
    if (size == 3) gradTransform3(r0 + i, r1 + i, r2 + i, to, stripRow);
    else if (size == 4) gradTransform4(r0 + i, r1 + i, r2 + i, r3 + i, to, stripRow);
    else gradTransform5(r0 + i, r1 + i, r2 + i, r3 + i, r4 + i, to, stripRow);
  }

  const acrossLarge = largeSegments(s.outWidth), across = tilesAcross(s), narrow = smallSegment(s.outWidth);
  const rowStride = <usize>pointCount(s.outWidth) * positionStride;
  for (let p = 0; p < size + 2; p++, tiles += rowStride) {
    const segmentStride = <usize>stripsOfPoint(s, first, strips, p) * tileStride;
    let from = strip + <usize>p * stripRow, out = tiles + <usize>stripsOfPoint(s, first, index - first, p) * tileStride;
    for (let tile = 0, width = 0; tile < across; tile++, from += <usize>width * pixel, out += segmentStride) {
      width = tile < acrossLarge ? narrow + 1 : narrow;
      for (let offset: usize = 0; offset < pixel; offset += 32) {
        const c = min(offset, pixel - 32), y0 = from + c, y1 = y0 + pixel, y2 = y1 + pixel, y3 = y2 + pixel;
        if (width == 3) gradTransform3(y0, y1, y2, out + c, positionStride);
        else if (width == 4) gradTransform4(y0, y1, y2, y3, out + c, positionStride);
        else gradTransform5(y0, y1, y2, y3, y3 + pixel, out + c, positionStride);
      }
    }
  }
}
