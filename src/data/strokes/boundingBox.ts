// Bounding box of strokes.

import type { Stroke } from './raster.js';

export interface StrokeBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Bounding box of all points, in their own unit. Without points `left` is Infinity
 * and `right` -Infinity.
 */
export function boundingBox(strokes: readonly Stroke[]): StrokeBox {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const stroke of strokes) {
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      left = Math.min(left, stroke[i]);
      right = Math.max(right, stroke[i]);
      top = Math.min(top, stroke[i + 1]);
      bottom = Math.max(bottom, stroke[i + 1]);
    }
  }
  return { left, top, right, bottom };
}
