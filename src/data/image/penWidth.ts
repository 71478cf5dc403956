// Width of the pen in an ink map: measures it and widens thin strokes to EMNIST's pen width.
// 0 = paper and 1 = ink.

/** Mean stroke width in pixels: twice the area over the perimeter, as in statistics.ts. */
export function meanStrokeWidth(ink: Float32Array, width: number, height: number): number {
  let [area, perimeter] = [0, 0];
  for (let y = -1; y < height; y++) {
    const [row, below] = [y * width, y + 1 < height ? (y + 1) * width : -1];
    for (let x = -1; x < width; x++) {
      // Outside the map there is paper.
      const value = x >= 0 && y >= 0 ? ink[row + x] : 0;
      const right = y >= 0 && x + 1 < width ? ink[row + x + 1] : 0;
      const lower = x >= 0 && below >= 0 ? ink[below + x] : 0;
      if (value === 0 && right === 0 && lower === 0) continue;
      const [dx, dy] = [right - value, lower - value];
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
  const distance = new Int32Array(ink.length);
  for (let i = 0; i < ink.length; i++) distance[i] = ink[i] >= 0.5 ? 0 : maxDistance;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = y * width + x;
      let nearest = distance[index];
      if (nearest === 0) continue;
      if (x > 0) nearest = Math.min(nearest, distance[index - 1] + STRAIGHT_COST);
      if (y > 0) {
        const above = index - width;
        nearest = Math.min(nearest, distance[above] + STRAIGHT_COST);
        if (x > 0) nearest = Math.min(nearest, distance[above - 1] + DIAGONAL_COST);
        if (x < width - 1) nearest = Math.min(nearest, distance[above + 1] + DIAGONAL_COST);
      }
      distance[index] = nearest;
    }
  }
  // The edge of the ink lies half a pixel outside the centers of its outermost pixels.
  const widened = new Float32Array(ink.length);
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) {
      const index = y * width + x;
      let nearest = distance[index];
      if (x < width - 1) nearest = Math.min(nearest, distance[index + 1] + STRAIGHT_COST);
      if (y < height - 1) {
        const below = index + width;
        nearest = Math.min(nearest, distance[below] + STRAIGHT_COST);
        if (x < width - 1) nearest = Math.min(nearest, distance[below + 1] + DIAGONAL_COST);
        if (x > 0) nearest = Math.min(nearest, distance[below - 1] + DIAGONAL_COST);
      }
      distance[index] = nearest;
      const cover = Math.min(1, Math.max(0, radius + 1 - nearest / STRAIGHT_COST));
      widened[index] = Math.max(ink[index], cover);
    }
  }
  return widened;
}
