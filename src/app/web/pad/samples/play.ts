// Animation that draws strokes gradually, like a hand, so that the prediction can be watched changing.

import type { Stroke } from '../../../../data/strokes/raster.js';

/** Duration of a character's animation, in milliseconds. */
const WRITING_TIME = 900;

/**
 * The beginning of strokes that are drawn at constant speed.
 *
 * @param share fraction of the total path length, 0..1
 */
export function beginningOf(strokes: readonly Stroke[], share: number): Stroke[] {
  if (share >= 1) return [...strokes];
  const whole = strokes.reduce((sum, stroke) => sum + lengthOf(stroke), 0);
  let left = whole * Math.max(0, share);
  const written: Stroke[] = [];
  for (const stroke of strokes) {
    if (left <= 0) break;
    const part = [stroke[0], stroke[1]];
    for (let i = 2; i < stroke.length && left > 0; i += 2) {
      const [x, y] = [stroke[i - 2], stroke[i - 1]];
      const [dx, dy] = [stroke[i] - x, stroke[i + 1] - y];
      const length = Math.hypot(dx, dy);
      const done = length > 0 ? Math.min(1, left / length) : 1;
      part.push(x + done * dx, y + done * dy);
      left -= length;
    }
    written.push(part);
  }
  return written;
}

function lengthOf(stroke: Stroke): number {
  let sum = 0;
  for (let i = 2; i < stroke.length; i += 2) {
    sum += Math.hypot(stroke[i] - stroke[i - 2], stroke[i + 1] - stroke[i - 1]);
  }
  return sum;
}

/**
 * Animates strokes, frame by frame; shows them immediately if the visitor prefers reduced motion.
 *
 * @param show called with the strokes so far, at the end with all
 * @returns a function that stops the animation; the strokes shown so far stay
 */
export function play(
  strokes: readonly Stroke[],
  show: (soFar: readonly Stroke[]) => void,
): () => void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    show(strokes);
    return () => undefined;
  }
  const begun = performance.now();
  let frame = requestAnimationFrame(function next(now) {
    const share = (now - begun) / WRITING_TIME;
    show(share < 1 ? beginningOf(strokes, share) : strokes);
    if (share < 1) frame = requestAnimationFrame(next);
  });
  return () => cancelAnimationFrame(frame);
}
