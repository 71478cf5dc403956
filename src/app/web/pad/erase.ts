// Hit test of the eraser: which strokes it touches. No DOM.

import type { Stroke } from '../../../data/strokes/raster.js';

/**
 * The strokes within `reach` of the eraser's path from one position to the next.
 *
 * @param path x, y of the previous position and x, y of the current one, in units of the strokes
 * @param reach half of the eraser's width plus half of the pen's
 */
export function strokesTouched(
  strokes: readonly Stroke[],
  path: readonly [fromX: number, fromY: number, toX: number, toY: number],
  reach: number,
): Stroke[] {
  return strokes.filter((stroke) => {
    if (stroke.length === 2)
      return segmentsMeet(path, [stroke[0], stroke[1], stroke[0], stroke[1]], reach);
    for (let i = 0; i + 3 < stroke.length; i += 2) {
      if (segmentsMeet(path, [stroke[i], stroke[i + 1], stroke[i + 2], stroke[i + 3]], reach))
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
  const orientations = [
    sideOfLine(a, b[0], b[1]),
    sideOfLine(a, b[2], b[3]),
    sideOfLine(b, a[0], a[1]),
    sideOfLine(b, a[2], a[3]),
  ];
  if (orientations[0] * orientations[1] < 0 && orientations[2] * orientations[3] < 0) return true;
  return (
    distance(b[0], b[1], a) <= reach ||
    distance(b[2], b[3], a) <= reach ||
    distance(a[0], a[1], b) <= reach ||
    distance(a[2], a[3], b) <= reach
  );
}

/** Positive on one side of the line through a segment, negative on the other. */
function sideOfLine([x0, y0, x1, y1]: Segment, x: number, y: number): number {
  return (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0);
}

function distance(x: number, y: number, [x0, y0, x1, y1]: Segment): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const lengthSquared = dx * dx + dy * dy;
  const t =
    lengthSquared > 0
      ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / lengthSquared))
      : 0;
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}
