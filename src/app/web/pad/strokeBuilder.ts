// A stroke while it is being drawn: the points of the pointer, and the smooth curve through them that everything else sees, the
// network and the screen alike. No DOM; imports data's curve.

import { smoothSpan } from '../../../data/strokes/curve.js';

/** Pointers report whole pixels: points closer than this part of the pad's height would only add their trembling. */
const LEAST_STEP = 0.006;
/** How far apart the points of the curve are, in the same unit: about a third of a pixel of 28. */
const CURVE_STEP = 0.012;
/** Points of one stroke; a hand that draws on for minutes adds no more. */
const MOST_POINTS = 20_000;

/** Takes points one by one; `points` is the curve so far. */
export class StrokeBuilder {
  /** x, y, x, y, ... of the curve in units of the pad. Grows in place, and its end still changes. */
  readonly points: number[] = [];
  /** How hard the pen was pressed at each of them, 0..1. */
  readonly pressures: number[] = [];
  readonly #knots: number[] = [];
  readonly #force: number[] = [];
  /** Numbers of `points` that will not change any more. */
  #settled = 0;

  /**
   * Adds the next point of the pointer.
   *
   * @param x in units of the pad
   * @param y in units of the pad, 0 at the top
   * @param pressure 0..1; for the look alone
   */
  add(x: number, y: number, pressure: number): void {
    if (this.points.length >= MOST_POINTS) return;
    const count = this.#knots.length / 2;
    if (count === 0) {
      this.#knots.push(x, y);
      this.#force.push(pressure);
      this.points.push(x, y);
      this.pressures.push(pressure);
      this.#settled = 2;
      return;
    }
    // The curve before the last knot had to wait for this point to know where it bends.
    const far = this.#distance(count - 1, x, y) >= LEAST_STEP;
    this.points.length = this.#settled;
    this.pressures.length = this.#settled / 2;
    this.#knots.push(x, y);
    this.#force.push(pressure);
    if (count > 1) this.#span(count - 1, count);
    if (far) this.#settled = this.points.length;
    this.#span(count, -1);
    if (far) return;
    this.#knots.length -= 2;
    this.#force.length -= 1;
  }

  #distance(knot: number, x: number, y: number): number {
    const [dx, dy] = [this.#knots[2 * knot] - x, this.#knots[2 * knot + 1] - y];
    return Math.sqrt(dx * dx + dy * dy);
  }

  /** Appends the curve to knot `to` from the one before it; `after` is the knot behind, -1 if there is none yet. */
  #span(to: number, after: number): void {
    const length = this.#distance(to - 1, this.#knots[2 * to], this.#knots[2 * to + 1]);
    if (length === 0) return;
    const steps = Math.max(1, Math.ceil(length / CURVE_STEP));
    const ends = [to - 2, to - 1, to, after] as const; // below 0: the stroke begins there
    smoothSpan(this.#knots, ends, steps, this.points, this.points.length);
    const [from, until] = [this.#force[to - 1], this.#force[to]];
    for (let step = 1; step <= steps; step++) this.pressures.push(from + ((until - from) * step) / steps);
  }
}
