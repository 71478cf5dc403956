// The partition of an output plane into Winograd tiles of 3 to 5 pixels on a side that fit it.
//
// Along each axis the plane is divided into segments of nearly equal size, the larger ones first:
// 14 = 5 + 5 + 4, 7 = 4 + 3. A segment of m outputs needs m + 2 products, so n outputs in k segments
// need n + 2 k. With tiles of 4 alone, 14 and 7 outputs take 24 and 12 products; here they take 20 and
// 11, in two dimensions 400 and 121 instead of 576 and 144.
//
// A point (winogradTransform.ts) belongs to a prefix of the segments: to all, or to the larger ones.
// The tiles of a point pair (p, q) are therefore stored segment after segment without gaps.

import { ConvShape } from './convShape';

/**
 * Segments of `size` outputs. The RMS error of tiles of 5 is about five times that of F(4x4), so they
 * are used where they save a tenth of the products or more, and next to smaller ones: if at most two
 * thirds of the segments have 5 outputs, the error of the plane is at most four times that of F(4x4).
 */
export function segmentCount(size: i32): i32 {
  const few = (size + 4) / 5, many = (size + 3) / 4, fives = size - 4 * few;
  const fewest = size + 2 * few, most = size + 2 * many;
  return 10 * most * most > 11 * fewest * fewest && 3 * fives <= 2 * few ? few : many;
}

/** Outputs of the smaller segments. On planes of 1, 2 and 5 outputs, the last one exceeds the plane. */
export function smallSegment(size: i32): i32 {
  return max(3, size / segmentCount(size));
}

/** Number of segments that are one output larger than the others; they come first. */
export function largeSegments(size: i32): i32 {
  return max(0, size - segmentCount(size) * smallSegment(size));
}

/** First output of segment `index`. */
export function segmentStart(size: i32, index: i32): i32 {
  return index * smallSegment(size) + min(index, largeSegments(size));
}

/** Points that an axis uses: those of its largest segment. */
export function pointCount(size: i32): i32 {
  return smallSegment(size) + (largeSegments(size) > 0 ? 3 : 2);
}

/** Outputs of all segments: `size`, or more if the last segment exceeds the plane. */
export function coveredOutputs(size: i32): i32 {
  return segmentCount(size) * smallSegment(size) + largeSegments(size);
}

/** Tiles of one strip. A strip is one row of tiles of one image. */
export function tilesAcross(s: ConvShape): i32 {
  return segmentCount(s.outWidth);
}

/** Strips of one image. */
export function winogradStrips(s: ConvShape): i32 {
  return segmentCount(s.outHeight);
}

/** Pairs of points (p, q), each with a filter: p * pointCount(outWidth) + q. */
export function winogradPositions(s: ConvShape): i32 {
  return pointCount(s.outHeight) * pointCount(s.outWidth);
}

/** Products of one image and one pair of channels. */
export function winogradProducts(s: ConvShape): i32 {
  const rows = coveredOutputs(s.outHeight) + 2 * segmentCount(s.outHeight);
  return rows * (coveredOutputs(s.outWidth) + 2 * segmentCount(s.outWidth));
}

/**
 * Floats between two positions of `count` floats each: an odd number of cache lines. The transforms
 * write one vector to each of up to 49 positions; with distances that are multiples of 4 KB, all of them
 * would share one set of the first-level cache.
 */
export function positionFloats(count: i32): i32 {
  return (((count + 15) >> 4) | 1) << 4;
}

/** Number of strips before strip `index` (over all images) that belong to the last point. */
export function largeStripsBefore(s: ConvShape, index: i32): i32 {
  const strips = winogradStrips(s), large = largeSegments(s.outHeight);
  // Segments of equal size all have the last point.
  return large == 0 ? index : (index / strips) * large + min(index % strips, large);
}

/** Whether point `point` belongs only to the larger of two kinds of segments. */
@inline
export function isLargeOnly(size: i32, point: i32): bool {
  return largeSegments(size) > 0 && point == smallSegment(size) + 2;
}

/** Number of segments of a strip to which point `q` belongs. */
export function segmentsOfPoint(size: i32, point: i32): i32 {
  return isLargeOnly(size, point) ? largeSegments(size) : segmentCount(size);
}

