// Polyline simplification (Douglas-Peucker).

import type { Stroke } from '../../../data/strokes/raster.js';

/**
 * Removes points as long as the line moves by at most `tolerance`; keeps both ends.
 *
 * @param tolerance in the unit of the stroke
 * @see D. Douglas, T. Peucker, "Algorithms for the reduction of the number of points ...", Cartographica 10, 1973
 */
export function simplified(stroke: Stroke, tolerance: number): number[] {
  const count = Math.floor(stroke.length / 2);
  const kept = new Uint8Array(count);
  if (count > 0) kept[0] = kept[count - 1] = 1;
  const open: [first: number, last: number][] = [[0, count - 1]];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const [first, last] = part;
    let [worst, at] = [tolerance, -1];
    for (let i = first + 1; i < last; i++) {
      const distance = distanceToSegment(stroke, i, first, last);
      if (distance > worst) [worst, at] = [distance, i];
    }
    if (at < 0) continue;
    kept[at] = 1;
    open.push([first, at], [at, last]);
  }
  const points: number[] = [];
  for (let i = 0; i < count; i++) if (kept[i] === 1) points.push(stroke[2 * i], stroke[2 * i + 1]);
  return points;
}

/** Distance of point `i` from the segment between two other points. */
function distanceToSegment(stroke: Stroke, i: number, first: number, last: number): number {
  const [x0, y0] = [stroke[2 * first], stroke[2 * first + 1]];
  const [dx, dy] = [stroke[2 * last] - x0, stroke[2 * last + 1] - y0];
  const [px, py] = [stroke[2 * i] - x0, stroke[2 * i + 1] - y0];
  const square = dx * dx + dy * dy;
  const along = square > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / square)) : 0;
  return Math.hypot(px - along * dx, py - along * dy);
}
