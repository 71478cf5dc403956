// Parser of the letter-form notation, and the smooth path through a form's points.
//
// A form is the path of a pen: points "x,y" that it passes through, y down, strokes separated by
// "/". Sizes are those of handwriting: a tall letter is about 100 high and an "o" about 60, with
// the same pen for both. The path bends smoothly through a point unless the point is marked "!", a
// corner. A stroke that ends where it began closes smoothly, and a stroke of one point is a dot.
// `'0,100 40,0! 76,100 / 14,62 66,62'` is an A.

import { FormatError } from '../../../engine/errors.js';
import { smoothSpan } from '../curve.js';

/** The forms of each class: relative frequency within the class, and path. */
export type FormTable = Readonly<
  Record<string, readonly (readonly [weight: number, path: string])[]>
>;

/** One stroke of a form, before random variation. */
export interface SkeletonStroke {
  /** x, y, x, y, ... of the points the pen passes through. */
  readonly knots: Float64Array;
  readonly isCorner: readonly boolean[];
  readonly isClosed: boolean;
}

export interface Skeleton {
  readonly weight: number;
  readonly strokes: readonly SkeletonStroke[];
  /** The longer side of the bounding box; small letters are smaller. */
  readonly size: number;
}

const KNOT = /^(-?\d+),(-?\d+)(!?)$/;

/**
 * Parses one form in the notation above.
 *
 * @throws FormatError if the weight is not above 0 or a point is malformed
 */
export function parseSkeleton(weight: number, path: string): Skeleton {
  if (!(weight > 0))
    throw new FormatError(`skeleton "${path}": its weight must be above 0, got ${weight}`);
  const strokes = path.split('/').map((text): SkeletonStroke => {
    const points = text.trim().split(/\s+/);
    const knots: number[] = [];
    const isCorner = points.map((point) => {
      const match = KNOT.exec(point);
      if (!match)
        throw new FormatError(
          `skeleton "${path}": "${point}" is not a point such as 12,-5 or 12,-5!`,
        );
      knots.push(Number(match[1]), Number(match[2]));
      return match[3] === '!';
    });
    const isClosed = points.length > 3 && points[0] === points.at(-1);
    return { knots: Float64Array.from(knots), isCorner, isClosed };
  });
  const sides = [0, 1].map((axis) => {
    const values = strokes.flatMap(({ knots }) => [...knots].filter((_, i) => i % 2 === axis));
    return Math.max(...values) - Math.min(...values);
  });
  return { weight, strokes, size: Math.max(...sides) };
}

/**
 * A smooth curve through the knots of a stroke, as a polyline.
 *
 * @param knots the stroke's knots after random variation, as many as the stroke has
 * @param steps points per span
 */
export function smoothPath(
  stroke: SkeletonStroke,
  knots: Float64Array,
  steps: number,
): Float64Array {
  const spans = knots.length / 2 - 1;
  const path = new Float64Array(2 * (spans * steps + 1));
  path[0] = knots[0];
  path[1] = knots[1];
  for (let span = 0; span < spans; span++) {
    const ends = [
      neighbor(stroke, span, -1),
      span,
      span + 1,
      neighbor(stroke, span + 1, 1),
    ] as const;
    smoothSpan(knots, ends, steps, path, 2 * (span * steps + 1));
  }
  return path;
}

/**
 * Index of the knot that determines the direction at `knot`, or -1 where the curve ends or
 * has a corner.
 */
function neighbor(stroke: SkeletonStroke, knot: number, direction: 1 | -1): number {
  const last = stroke.isCorner.length - 1;
  if (stroke.isCorner[knot]) return -1;
  const next = knot + direction;
  if (next >= 0 && next <= last) return next;
  if (!stroke.isClosed) return -1;
  // The first and the last knot of a closed stroke coincide.
  return direction === 1 ? 1 : last - 1;
}
