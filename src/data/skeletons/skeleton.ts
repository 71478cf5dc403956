// The notation of the letter forms, and the smooth curve through their points. Draws no pixels.
//
// A form is the path of a pen: points "x,y" that it passes through, y down, strokes parted by "/". Sizes are those
// of handwriting, a tall letter about 100 high and an "o" about 60: the pen is as wide for both. It bends smoothly through a point unless it is marked "!", a corner. A stroke that ends where it began
// closes smoothly, and a stroke of one point is a dot. `'0,100 40,0! 76,100 / 14,62 66,62'` is an A.

import { FormatError } from '../../engine/errors.js';

/** Ways to write each class: how common a form is among its class, and its path. */
export type FormTable = Readonly<Record<string, readonly (readonly [weight: number, path: string])[]>>;

/** One stroke of a form, before a hand has varied it. */
export interface SkeletonStroke {
  /** x, y, x, y, ... of the points the pen passes through. */
  readonly knots: Float64Array;
  readonly isCorner: readonly boolean[];
  readonly isClosed: boolean;
}

export interface Skeleton {
  readonly weight: number;
  readonly strokes: readonly SkeletonStroke[];
  /** The longer side of the box around it: small letters are small. */
  readonly size: number;
}

const KNOT = /^(-?\d+),(-?\d+)(!?)$/;

/** Reads one form in the notation above. */
export function parseSkeleton(weight: number, path: string): Skeleton {
  if (!(weight > 0)) throw new FormatError(`skeleton "${path}": its weight must be above 0, got ${weight}`);
  const strokes = path.split('/').map((text): SkeletonStroke => {
    const words = text.trim().split(/\s+/);
    const knots: number[] = [];
    const isCorner = words.map((word) => {
      const match = KNOT.exec(word);
      if (!match)
        throw new FormatError(`skeleton "${path}": "${word}" is not a point such as 12,-5 or 12,-5!`);
      knots.push(Number(match[1]), Number(match[2]));
      return match[3] === '!';
    });
    const isClosed = words.length > 3 && words[0] === words.at(-1);
    return { knots: Float64Array.from(knots), isCorner, isClosed };
  });
  const sides = [0, 1].map((axis) => {
    const values = strokes.flatMap(({ knots }) => [...knots].filter((_, i) => i % 2 === axis));
    return Math.max(...values) - Math.min(...values);
  });
  return { weight, strokes, size: Math.max(...sides) };
}

/**
 * A smooth curve through the knots of a stroke, as a polyline: centripetal Catmull-Rom, which neither overshoots nor
 * loops where knots lie close together.
 *
 * @param knots the stroke's knots after a hand has moved them, as many as the stroke has
 * @param steps points a span
 * @see C. Yuksel, S. Schaefer, J. Keyser, "On the parameterization of Catmull-Rom curves", SIAM/ACM 2009
 */
export function smoothPath(stroke: SkeletonStroke, knots: Float64Array, steps: number): Float64Array {
  const spans = knots.length / 2 - 1;
  const path = new Float64Array(2 * (spans * steps + 1));
  path[0] = knots[0];
  path[1] = knots[1];
  for (let span = 0; span < spans; span++) {
    const [x1, y1, x2, y2] = [knots[2 * span], knots[2 * span + 1], knots[2 * span + 2], knots[2 * span + 3]];
    const before = neighbour(stroke, span, -1);
    const after = neighbour(stroke, span + 1, 1);
    const chord = rootOfDistance(x2 - x1, y2 - y1);
    // The inner control points of the Bezier cubic for this span, a third of the tangent away from its ends.
    let [ax, ay] = [x1 + (x2 - x1) / 3, y1 + (y2 - y1) / 3];
    let [bx, by] = [x2 - (x2 - x1) / 3, y2 - (y2 - y1) / 3];
    if (before >= 0) {
      const [x0, y0] = [knots[2 * before], knots[2 * before + 1]];
      const gap = rootOfDistance(x1 - x0, y1 - y0);
      ax = control(x0, x1, x2, gap, chord);
      ay = control(y0, y1, y2, gap, chord);
    }
    if (after >= 0) {
      const [x3, y3] = [knots[2 * after], knots[2 * after + 1]];
      const gap = rootOfDistance(x3 - x2, y3 - y2);
      bx = control(x3, x2, x1, gap, chord);
      by = control(y3, y2, y1, gap, chord);
    }
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const u = 1 - t;
      const at = 2 * (span * steps + step);
      path[at] = u * u * u * x1 + 3 * u * t * (u * ax + t * bx) + t * t * t * x2;
      path[at + 1] = u * u * u * y1 + 3 * u * t * (u * ay + t * by) + t * t * t * y2;
    }
  }
  return path;
}

/** The knot that gives the curve its direction at `knot`, or -1 where the curve ends or turns a corner. */
function neighbour(stroke: SkeletonStroke, knot: number, direction: 1 | -1): number {
  const last = stroke.isCorner.length - 1;
  if (stroke.isCorner[knot]) return -1;
  const next = knot + direction;
  if (next >= 0 && next <= last) return next;
  if (!stroke.isClosed) return -1;
  return direction === 1 ? 1 : last - 1; // the first and the last knot are the same place
}

function rootOfDistance(dx: number, dy: number): number {
  return Math.sqrt(Math.sqrt(dx * dx + dy * dy));
}

/** The Bezier control point beside `near`, on the way from it to `far`, when the curve came from `previous`. */
function control(previous: number, near: number, far: number, gap: number, chord: number): number {
  if (gap === 0 || chord === 0) return near;
  const towards = gap * gap * far - chord * chord * previous;
  return (towards + (2 * gap * gap + 3 * gap * chord + chord * chord) * near) / (3 * gap * (gap + chord));
}
