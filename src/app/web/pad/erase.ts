// Hit test of the eraser: which strokes it touches. No DOM.

import type { Stroke } from '../../../data/strokes/raster.js';

/**
 * The strokes within `reach` of the eraser's path from one position to the next.
 *
 * @param way x, y of the previous position and x, y of the current one, in units of the strokes
 * @param reach half of the eraser's width plus half of the pen's
 */
export function touched(
  strokes: readonly Stroke[],
  way: readonly [fromX: number, fromY: number, toX: number, toY: number],
  reach: number,
): Stroke[] {
  return strokes.filter((stroke) => {
    if (stroke.length === 2)
      return segmentsMeet(way, [stroke[0], stroke[1], stroke[0], stroke[1]], reach);
    for (let i = 0; i + 3 < stroke.length; i += 2) {
      if (segmentsMeet(way, [stroke[i], stroke[i + 1], stroke[i + 2], stroke[i + 3]], reach))
        return true;
    }
    return false;
  });
}

type Segment = readonly [number, number, number, number];

/** Whether two segments are within `reach`: they cross, or an end of one is near the other. */
function segmentsMeet(a: Segment, b: Segment, reach: number): boolean {
  if (
    Math.min(a[0], a[2]) - reach > Math.max(b[0], b[2]) ||
    Math.min(b[0], b[2]) - reach > Math.max(a[0], a[2]) ||
    Math.min(a[1], a[3]) - reach > Math.max(b[1], b[3]) ||
    Math.min(b[1], b[3]) - reach > Math.max(a[1], a[3])
  ) {
    return false;
  }
  const sides = [
    side(a, b[0], b[1]),
    side(a, b[2], b[3]),
    side(b, a[0], a[1]),
    side(b, a[2], a[3]),
  ];
  if (sides[0] * sides[1] < 0 && sides[2] * sides[3] < 0) return true;
  return (
    distance(b[0], b[1], a) <= reach ||
    distance(b[2], b[3], a) <= reach ||
    distance(a[0], a[1], b) <= reach ||
    distance(a[2], a[3], b) <= reach
  );
}

/** Positive on one side of the line through a segment, negative on the other. */
function side([x0, y0, x1, y1]: Segment, x: number, y: number): number {
  return (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0);
}

function distance(x: number, y: number, [x0, y0, x1, y1]: Segment): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy;
  const along = square > 0 ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square)) : 0;
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}
