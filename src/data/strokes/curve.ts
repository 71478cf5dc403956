// Smooth curve through the points of a pen path, for the letter forms and the strokes on
// the page. Uses only + - * / and square roots, so that every JavaScript engine gives
// bit-for-bit identical results.

/** Receives a curve's points: a preallocated array or one that grows. */
type Path = Record<number, number>;

/**
 * One span of a smooth curve, as a polyline. Uses a centripetal Catmull-Rom spline, which neither
 * overshoots nor loops where points lie close together.
 *
 * @param knots x, y, x, y, ... of the points that the curve passes through
 * @param before index of the knot before `from` that determines the direction there, or -1 for none
 * @param after index of the knot after `to`, in the same way
 * @param path receives x, y, ... of `steps` points, the last of them `to`
 * @param offset index in `path` of the first value
 * @see C. Yuksel, S. Schaefer, J. Keyser, "On the parameterization of Catmull-Rom
 *   curves", SIAM/ACM 2009
 */
export function smoothSpan(
  knots: ArrayLike<number>,
  [before, from, to, after]: readonly [before: number, from: number, to: number, after: number],
  steps: number,
  path: Path,
  offset: number,
): void {
  const [x1, y1, x2, y2] = [knots[2 * from], knots[2 * from + 1], knots[2 * to], knots[2 * to + 1]];
  const chord = sqrtDistance(x2 - x1, y2 - y1);
  // The inner control points of this span's cubic Bezier, a third of the tangent away
  // from its ends.
  let [ax, ay] = [x1 + (x2 - x1) / 3, y1 + (y2 - y1) / 3];
  let [bx, by] = [x2 - (x2 - x1) / 3, y2 - (y2 - y1) / 3];
  if (before >= 0) {
    const [x0, y0] = [knots[2 * before], knots[2 * before + 1]];
    const gap = sqrtDistance(x1 - x0, y1 - y0);
    ax = control(x0, x1, x2, gap, chord);
    ay = control(y0, y1, y2, gap, chord);
  }
  if (after >= 0) {
    const [x3, y3] = [knots[2 * after], knots[2 * after + 1]];
    const gap = sqrtDistance(x3 - x2, y3 - y2);
    bx = control(x3, x2, x1, gap, chord);
    by = control(y3, y2, y1, gap, chord);
  }
  for (let step = 1; step <= steps; step++) {
    const t = step / steps;
    const u = 1 - t;
    const index = offset + 2 * (step - 1);
    path[index] = u * u * u * x1 + 3 * u * t * (u * ax + t * bx) + t * t * t * x2;
    path[index + 1] = u * u * u * y1 + 3 * u * t * (u * ay + t * by) + t * t * t * y2;
  }
}

function sqrtDistance(dx: number, dy: number): number {
  return Math.sqrt(Math.sqrt(dx * dx + dy * dy));
}

/** The Bezier control point next to `near`, toward `far`, when the curve comes from `previous`. */
function control(previous: number, near: number, far: number, gap: number, chord: number): number {
  if (gap === 0 || chord === 0) return near;
  const towards = gap * gap * far - chord * chord * previous;
  return (
    (towards + (2 * gap * gap + 3 * gap * chord + chord * chord) * near) / (3 * gap * (gap + chord))
  );
}
