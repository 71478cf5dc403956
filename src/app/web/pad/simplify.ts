// Polyline simplification (Douglas-Peucker).

import type { Stroke } from '../../../data/strokes/raster.js';

/**
 * Removes points as long as the line moves by at most `tolerance`; keeps both ends.
 *
 * @param tolerance in the unit of the stroke
 * @see D. Douglas, T. Peucker, "Algorithms for the reduction of the number of points ...", Cartographica 10, 1973
 */
export function simplify(stroke: Stroke, tolerance: number): number[] {
  const count = Math.floor(stroke.length / 2);
  const retained = new Uint8Array(count);
  if (count > 0) retained[0] = retained[count - 1] = 1;
  const pending: [first: number, last: number][] = [[0, count - 1]];
  for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
    const [first, last] = range;
    let [farthest, index] = [tolerance, -1];
    for (let i = first + 1; i < last; i++) {
      const distance = distanceToSegment(stroke, i, first, last);
      if (distance > farthest) [farthest, index] = [distance, i];
    }
    if (index < 0) continue;
    retained[index] = 1;
    pending.push([first, index], [index, last]);
  }
  const points: number[] = [];
  for (let i = 0; i < count; i++)
    if (retained[i] === 1) points.push(stroke[2 * i], stroke[2 * i + 1]);
  return points;
}

/** Distance of point `i` from the segment between two other points. */
function distanceToSegment(stroke: Stroke, i: number, first: number, last: number): number {
  const [x0, y0] = [stroke[2 * first], stroke[2 * first + 1]];
  const [dx, dy] = [stroke[2 * last] - x0, stroke[2 * last + 1] - y0];
  const [px, py] = [stroke[2 * i] - x0, stroke[2 * i + 1] - y0];
  const lengthSquared = dx * dx + dy * dy;
  const t = lengthSquared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared)) : 0;
  return Math.hypot(px - t * dx, py - t * dy);
}
