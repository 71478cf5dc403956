// Width of the pen in an ink map: measures it and widens thin strokes to EMNIST's pen width.
// 0 = paper and 1 = ink.

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
