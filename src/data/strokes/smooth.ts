// Smoothing of strokes, relative to the size of the character: removes the staircase of small or
// coarsely sampled writing. Uses only + - * / and square roots, so that every JavaScript engine
// gives bit-for-bit identical results.

import { boundingBox } from './boundingBox.js';
import type { Stroke } from './raster.js';

/** Bounds of sigma, as fractions of the longer side of the character's bounding box. */
const [MIN_SIGMA, MAX_SIGMA] = [1.2 / 68, 4 / 68];
/** Sigma for coordinates in whole numbers, in their unit: as wide as the steps of a staircase. */
const GRID_SIGMA = 0.6;
/** Distance of the resampled points, in sigma. */
const STEP = 0.5;

/** exp(-(k STEP)^2 / 2) for k = 0 .. 6: the Gaussian up to three sigma. */
const GAUSSIAN = [
  1, 0.8824969025845955, 0.6065306597126334, 0.32465246735834974, 0.1353352832366127,
  0.04393693362340742, 0.011108996538242306,
] as const;
const RADIUS = GAUSSIAN.length - 1;

/**
 * Smooths the strokes of one character with a Gaussian along each stroke. Its sigma is 1.2 of 68
 * units of the character's size, and more (up to 4) if the coordinates are whole numbers and the
 * character is only a few units large. Dots and both ends of every stroke keep their position.
 *
 * Strokes that `renderGlyph` rejects are returned unchanged.
 *
 * @param strokes each is x, y, x, y, ... in any unit
 * @example
 * const [smooth] = smoothStrokes([[0, 0, 0, 1, 1, 1, 1, 2, 2, 2]]); // a staircase
 * print(smooth[0], smooth[1], smooth.at(-2), smooth.at(-1)); // 0 0 2 2
 */
export function smoothStrokes(strokes: readonly Stroke[]): Stroke[] {
  const step = STEP * sigmaOf(strokes);
  return strokes.map((stroke) => smoothStroke(stroke, step));
}

function sigmaOf(strokes: readonly Stroke[]): number {
  const { left, top, right, bottom } = boundingBox(strokes);
  const side = Math.max(right - left, bottom - top);
  const onGrid = strokes.every((stroke) => Array.prototype.every.call(stroke, Number.isInteger));
  return Math.min(MAX_SIGMA * side, Math.max(MIN_SIGMA * side, onGrid ? GRID_SIGMA : 0));
}

function smoothStroke(stroke: Stroke, step: number): Stroke {
  const length = lengthOf(stroke);
  const count = Math.ceil(length / step);
  const isLine = step > 0 && Number.isFinite(count) && count > 0;
  if (!isLine || stroke.length % 2 !== 0) return stroke;
  return convolve(resampleByLength(stroke, length / count, count));
}

function lengthOf(stroke: Stroke): number {
  let length = 0;
  for (let i = 2; i + 1 < stroke.length; i += 2) length += segmentLength(stroke, i);
  return length;
}

/** Length of the segment that ends at the point with index `i`. */
function segmentLength(stroke: Stroke, i: number): number {
  const [dx, dy] = [stroke[i] - stroke[i - 2], stroke[i + 1] - stroke[i - 1]];
  return Math.sqrt(dx * dx + dy * dy);
}

/** `count` + 1 points at equal distances along the stroke, its two ends included. */
function resampleByLength(stroke: Stroke, distance: number, count: number): Float64Array {
  const points = new Float64Array(2 * (count + 1));
  points[0] = stroke[0];
  points[1] = stroke[1];
  points[2 * count] = stroke[stroke.length - 2];
  points[2 * count + 1] = stroke[stroke.length - 1];
  let start = 0; // length of the stroke before the segment
  let next = 1;
  for (let i = 2; i < stroke.length; i += 2) {
    const length = segmentLength(stroke, i);
    for (; next < count && next * distance <= start + length; next++) {
      const t = (next * distance - start) / length;
      points[2 * next] = stroke[i - 2] + t * (stroke[i] - stroke[i - 2]);
      points[2 * next + 1] = stroke[i - 1] + t * (stroke[i + 1] - stroke[i - 1]);
    }
    start += length;
  }
  return points;
}

/** The Gaussian average around each point. Toward the ends the window shrinks to the point. */
function convolve(points: Float64Array): Float64Array {
  const last = points.length / 2 - 1;
  const smooth = new Float64Array(points.length);
  for (let i = 0; i <= last; i++) {
    const radius = Math.min(RADIUS, i, last - i);
    let [x, y, sum] = [points[2 * i], points[2 * i + 1], 1];
    for (let k = 1; k <= radius; k++) {
      const weight = GAUSSIAN[k];
      x += weight * (points[2 * (i - k)] + points[2 * (i + k)]);
      y += weight * (points[2 * (i - k) + 1] + points[2 * (i + k) + 1]);
      sum += 2 * weight;
    }
    smooth[2 * i] = x / sum;
    smooth[2 * i + 1] = y / sum;
  }
  return smooth;
}
