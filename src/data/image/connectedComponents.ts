// Connected components of ink: removes dust and widens thin strokes to EMNIST's pen width. Operates
// on an ink map, 0 = paper and 1 = ink, of any size.

import type { Box } from '../strokes/raster.js';

/**
 * A component with less than this fraction of the largest component's ink is dust. The dot of an i
 * is about an eighth of its stem.
 */
const DUST = 0.02;

/** A connected component of ink. */
export interface Component {
  /** Its value in `Components.labels`. */
  readonly label: number;
  /** Inclusive pixel bounds. */
  readonly box: Box;
  /** Sum of its ink. */
  readonly amount: number;
}

export interface Components {
  /** Label of each pixel's component, 0 for paper. */
  readonly labels: Int32Array;
  readonly components: readonly Component[];
}

/**
 * Finds the connected components of an ink map. Pixels are connected when they touch at a side or a
 * corner (8-connectivity).
 */
export function findComponents(ink: Float32Array, width: number, height: number): Components {
  const labels = new Int32Array(ink.length);
  const components: Component[] = [];
  const stack: number[] = [];
  for (let start = 0; start < ink.length; start++) {
    if (ink[start] === 0 || labels[start] !== 0) continue;
    const label = components.length + 1;
    let amount = 0;
    let [left, top, right, bottom] = [width, height, -1, -1];
    labels[start] = label;
    stack.push(start);
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      amount += ink[index];
      const x = index % width;
      const y = (index - x) / width;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbor = ny * width + nx;
          if (ink[neighbor] === 0 || labels[neighbor] !== 0) continue;
          labels[neighbor] = label;
          stack.push(neighbor);
        }
      }
    }
    components.push({ label, box: { left, top, right, bottom }, amount });
  }
  return { labels, components };
}

/** The components that are not tiny compared to the largest. */
export function withoutDust(components: readonly Component[]): Component[] {
  const largest = components.reduce((max, { amount }) => Math.max(max, amount), 0);
  return components.filter(({ amount }) => amount >= DUST * largest);
}

/**
 * Removes every component that is tiny compared to the largest.
 *
 * @returns the ink map without dust
 */
export function removeDust(ink: Float32Array, width: number, height: number): Float32Array {
  const { labels, components } = findComponents(ink, width, height);
  return selectComponents(ink, labels, withoutDust(components));
}

/** The ink map of some components. */
export function selectComponents(
  ink: Float32Array,
  labels: Int32Array,
  components: readonly Component[],
): Float32Array {
  const selected = new Set(components.map(({ label }) => label));
  return ink.map((value, index) => (selected.has(labels[index]) ? value : 0));
}

/** Mean stroke width in pixels: twice the area over the perimeter, as in statistics.ts. */
export function meanStrokeWidth(ink: Float32Array, width: number, height: number): number {
  let [area, perimeter] = [0, 0];
  for (let y = -1; y < height; y++) {
    for (let x = -1; x < width; x++) {
      const pixel = (px: number, py: number): number =>
        px >= 0 && py >= 0 && px < width && py < height ? ink[py * width + px] : 0;
      const value = pixel(x, y);
      const [dx, dy] = [pixel(x + 1, y) - value, pixel(x, y + 1) - value];
      area += value;
      perimeter += Math.sqrt(dx * dx + dy * dy);
    }
  }
  return perimeter === 0 ? 0 : (2 * area) / perimeter;
}

/**
 * Costs of a horizontal or vertical step and of a diagonal step: small integers in a ratio close to
 * 1 : sqrt(2) (Borgefors).
 */
const [STRAIGHT_COST, DIAGONAL_COST] = [3, 4];

/**
 * Widens every stroke by `radius` pixels on each side. The map must have that much paper
 * around its ink.
 *
 * Distances are chamfer distances, within 6 % of the Euclidean ones.
 * @see G. Borgefors, "Distance transformations in digital images", CVGIP 34, 1986
 */
export function widenStrokes(
  ink: Float32Array,
  width: number,
  height: number,
  radius: number,
): Float32Array {
  const maxDistance = STRAIGHT_COST * (width + height);
  const distance = Int32Array.from(ink, (value) => (value >= 0.5 ? 0 : maxDistance));
  const relaxDistance = (index: number, other: number, step: number): void => {
    if (distance[other] + step < distance[index]) distance[index] = distance[other] + step;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = y * width + x;
      if (x > 0) relaxDistance(index, index - 1, STRAIGHT_COST);
      if (y === 0) continue;
      relaxDistance(index, index - width, STRAIGHT_COST);
      if (x > 0) relaxDistance(index, index - width - 1, DIAGONAL_COST);
      if (x < width - 1) relaxDistance(index, index - width + 1, DIAGONAL_COST);
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) {
      const index = y * width + x;
      if (x < width - 1) relaxDistance(index, index + 1, STRAIGHT_COST);
      if (y === height - 1) continue;
      relaxDistance(index, index + width, STRAIGHT_COST);
      if (x < width - 1) relaxDistance(index, index + width + 1, DIAGONAL_COST);
      if (x > 0) relaxDistance(index, index + width - 1, DIAGONAL_COST);
    }
  }
  // The edge of the ink lies half a pixel outside the centers of its outermost pixels.
  return ink.map((value, index) =>
    Math.max(value, Math.min(1, Math.max(0, radius + 1 - distance[index] / STRAIGHT_COST))),
  );
}
