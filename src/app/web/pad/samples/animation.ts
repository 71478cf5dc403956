// Animation that draws strokes gradually, like a hand, so that the prediction can be watched changing.

import type { Stroke } from '../../../../data/strokes/raster.js';

/** Default duration: that of a character. */
const DURATION = 900;

/**
 * The beginning of strokes that are drawn at constant speed.
 *
 * @param fraction fraction of the total path length, 0..1
 */
export function strokesUpTo(strokes: readonly Stroke[], fraction: number): Stroke[] {
  if (fraction >= 1) return [...strokes];
  const total = strokes.reduce((sum, stroke) => sum + lengthOf(stroke), 0);
  let remaining = total * Math.max(0, fraction);
  const partial: Stroke[] = [];
  for (const stroke of strokes) {
    if (remaining <= 0) break;
    const part = [stroke[0], stroke[1]];
    for (let i = 2; i < stroke.length && remaining > 0; i += 2) {
      const [x, y] = [stroke[i - 2], stroke[i - 1]];
      const [dx, dy] = [stroke[i] - x, stroke[i + 1] - y];
      const length = Math.hypot(dx, dy);
      const t = length > 0 ? Math.min(1, remaining / length) : 1;
      part.push(x + t * dx, y + t * dy);
      remaining -= length;
    }
    partial.push(part);
  }
  return partial;
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
 * @param duration in milliseconds
 * @returns a function that stops the animation; the strokes shown so far stay
 */
export function animateStrokes(
  strokes: readonly Stroke[],
  show: (soFar: readonly Stroke[]) => void,
  duration = DURATION,
): () => void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    show(strokes);
    return () => undefined;
  }
  const start = performance.now();
  let frame = requestAnimationFrame(function next(now) {
    const fraction = (now - start) / duration;
    show(fraction < 1 ? strokesUpTo(strokes, fraction) : strokes);
    if (fraction < 1) frame = requestAnimationFrame(next);
  });
  return () => cancelAnimationFrame(frame);
}
