// Connected components of ink: removes dust and widens thin strokes to EMNIST's pen width. Operates
// on an ink map, 0 = paper and 1 = ink, of any size.

/**
 * A component with less than this fraction of the largest component's ink is dust. The dot of an i
 * is about an eighth of its stem.
 */
const DUST = 0.02;

/**
 * Removes every component that is tiny compared to the largest. Pixels are connected when they
 * touch at a side or a corner (8-connectivity).
 *
 * @returns the ink map without dust
 */
export function withoutDust(ink: Float32Array, width: number, height: number): Float32Array {
  const piece = new Int32Array(ink.length); // label of each pixel's component, 0 for paper
  const amounts = [0];
  const waiting: number[] = [];
  for (let start = 0; start < ink.length; start++) {
    if (ink[start] === 0 || piece[start] !== 0) continue;
    const number = amounts.length;
    let amount = 0;
    piece[start] = number;
    waiting.push(start);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      amount += ink[at];
      const x = at % width;
      const y = (at - x) / width;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (ink[next] === 0 || piece[next] !== 0) continue;
          piece[next] = number;
          waiting.push(next);
        }
      }
    }
    amounts.push(amount);
  }
  const largest = amounts.reduce((most, amount) => Math.max(most, amount), 0);
  return ink.map((value, at) => (amounts[piece[at]] < DUST * largest ? 0 : value));
}

/** Mean stroke width in pixels: twice the area over the perimeter, as in statistics.ts. */
export function meanStrokeWidth(ink: Float32Array, width: number, height: number): number {
  let [area, perimeter] = [0, 0];
  for (let y = -1; y < height; y++) {
    for (let x = -1; x < width; x++) {
      const pixel = (px: number, py: number): number =>
        px >= 0 && py >= 0 && px < width && py < height ? ink[py * width + px] : 0;
      const here = pixel(x, y);
      const [dx, dy] = [pixel(x + 1, y) - here, pixel(x, y + 1) - here];
      area += here;
      perimeter += Math.sqrt(dx * dx + dy * dy);
    }
  }
  return perimeter === 0 ? 0 : (2 * area) / perimeter;
}

/**
 * Costs of a horizontal or vertical step and of a diagonal step: small integers in a ratio close to
 * 1 : sqrt(2) (Borgefors).
 */
const [SIDE, ACROSS] = [3, 4];

/**
 * Widens every stroke by `radius` pixels on each side. The map must have that much paper
 * around its ink.
 *
 * Distances are chamfer distances, within 6 % of the Euclidean ones.
 * @see G. Borgefors, "Distance transformations in digital images", CVGIP 34, 1986
 */
export function widened(
  ink: Float32Array,
  width: number,
  height: number,
  radius: number,
): Float32Array {
  const far = SIDE * (width + height);
  const distance = Int32Array.from(ink, (value) => (value >= 0.5 ? 0 : far));
  const nearer = (at: number, other: number, step: number): void => {
    if (distance[other] + step < distance[at]) distance[at] = distance[other] + step;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (x > 0) nearer(at, at - 1, SIDE);
      if (y === 0) continue;
      nearer(at, at - width, SIDE);
      if (x > 0) nearer(at, at - width - 1, ACROSS);
      if (x < width - 1) nearer(at, at - width + 1, ACROSS);
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) {
      const at = y * width + x;
      if (x < width - 1) nearer(at, at + 1, SIDE);
      if (y === height - 1) continue;
      nearer(at, at + width, SIDE);
      if (x < width - 1) nearer(at, at + width + 1, ACROSS);
      if (x > 0) nearer(at, at + width - 1, ACROSS);
    }
  }
  // The edge of the ink lies half a pixel outside the centers of its outermost pixels.
  return ink.map((value, at) =>
    Math.max(value, Math.min(1, Math.max(0, radius + 1 - distance[at] / SIDE))),
  );
}
