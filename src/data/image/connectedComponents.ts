// Connected components of ink: labels them and removes dust. Operates on an ink map, 0 = paper and
// 1 = ink, of any size.

import type { Box } from '../strokes/raster.js';

/** Ink whose pixels touch at a side or a corner (8-connectivity). */
export interface Component {
  /** Sum of the ink of its pixels. */
  readonly amount: number;
  /** Largest ink of its pixels. */
  readonly peak: number;
  readonly box: Box;
}

export interface Components {
  /** Index in `list` of the component of each pixel; -1 for paper. */
  readonly labels: Int32Array;
  readonly list: readonly Component[];
}

/** Finds every component of the ink. */
export function findComponents(ink: Float32Array, width: number, height: number): Components {
  const labels = new Int32Array(ink.length).fill(-1);
  const list: Component[] = [];
  const stack: number[] = [];
  for (let start = 0; start < ink.length; start++) {
    if (ink[start] === 0 || labels[start] >= 0) continue;
    const label = list.length;
    let [amount, peak] = [0, 0];
    let [left, top, right, bottom] = [width, height, -1, -1];
    labels[start] = label;
    stack.push(start);
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      amount += ink[index];
      peak = Math.max(peak, ink[index]);
      const x = index % width;
      const y = (index - x) / width;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      const [firstX, lastX] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      const lastY = Math.min(height - 1, y + 1);
      for (let ny = Math.max(0, y - 1); ny <= lastY; ny++) {
        const end = ny * width + lastX;
        for (let neighbor = ny * width + firstX; neighbor <= end; neighbor++) {
          if (ink[neighbor] === 0 || labels[neighbor] >= 0) continue;
          labels[neighbor] = label;
          stack.push(neighbor);
        }
      }
    }
    list.push({ amount, peak, box: { left, top, right, bottom } });
  }
  return { labels, list };
}

/** The component with most ink; undefined without ink. */
export function largestComponent(list: readonly Component[]): Component | undefined {
  return list.reduce<Component | undefined>(
    (largest, component) =>
      largest === undefined || component.amount > largest.amount ? component : largest,
    undefined,
  );
}

/** The ink of the components that `isKept` accepts; `ink` itself if it accepts all. */
export function keepComponents(
  ink: Float32Array,
  { labels, list }: Components,
  isKept: (component: Component) => boolean,
): Float32Array {
  const kept = list.map(isKept);
  if (kept.every((one) => one)) return ink;
  const result = new Float32Array(ink.length);
  for (let i = 0; i < ink.length; i++) if (labels[i] >= 0 && kept[labels[i]]) result[i] = ink[i];
  return result;
}

/**
 * Distance from the edge of the image, as a fraction of the longer side, that counts as the edge:
 * half a pixel of a small image, which is enlarged with soft edges.
 */
const EDGE = 0.006;

/** Whether a box reaches the edge of the image. */
export function touchesEdge(box: Box, width: number, height: number): boolean {
  const margin = Math.floor(EDGE * Math.max(width, height));
  return (
    box.left <= margin ||
    box.top <= margin ||
    box.right >= width - 1 - margin ||
    box.bottom >= height - 1 - margin
  );
}

/**
 * A component with less than this fraction of the largest component's ink is dust. The dot of an i
 * is about an eighth of its stem.
 */
const DUST = 0.02;

/** The components that are not tiny compared to the largest. */
export function withoutDust(list: readonly Component[]): Component[] {
  const largest = largestComponent(list)?.amount ?? 0;
  return list.filter(({ amount }) => amount >= DUST * largest);
}
