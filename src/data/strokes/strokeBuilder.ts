// A stroke during drawing: pointer positions, and the smooth curve through them that both the screen and the network use.

import { smoothSpan } from './curve.js';

/** Minimum distance of points, as a fraction of the pad's height. Pointers report whole pixels; closer points add noise. */
const MIN_STEP = 0.006;
/** Distance of the curve's points, in the same unit: about 1/3 of a pixel of the 28 x 28 image. */
const CURVE_STEP = 0.012;
/** Maximum number of points per stroke; further points are ignored. */
const MAX_POINTS = 20_000;

/** Takes points one at a time; `points` is the curve so far. */
export class StrokeBuilder {
  /** x, y, x, y, ... of the curve in units of the pad. Grows in place; its end may still change. */
  readonly points: number[] = [];
  /** Pressure at each point, 0..1. */
  readonly pressures: number[] = [];
  readonly #knots: number[] = [];
  readonly #knotPressures: number[] = [];
  /** Length of the final part of `points`. */
  #finalLength = 0;

  /**
   * Adds the next pointer position.
   *
   * @param x in units of the pad
   * @param y in units of the pad, 0 at the top
   * @param pressure 0..1; affects only the appearance
   */
  add(x: number, y: number, pressure: number): void {
    if (this.points.length >= MAX_POINTS) return;
    const count = this.#knots.length / 2;
    if (count === 0) {
      this.#knots.push(x, y);
      this.#knotPressures.push(pressure);
      this.points.push(x, y);
      this.pressures.push(pressure);
      this.#finalLength = 2;
      return;
    }
    // The curve up to the last knot depends on this point, so it is final only now.
    const isKnot = this.#distance(count - 1, x, y) >= MIN_STEP;
    this.points.length = this.#finalLength;
    this.pressures.length = this.#finalLength / 2;
    this.#knots.push(x, y);
    this.#knotPressures.push(pressure);
    if (count > 1) this.#span(count - 1, count);
    if (isKnot) this.#finalLength = this.points.length;
    this.#span(count, -1);
    if (isKnot) return;
    this.#knots.length -= 2;
    this.#knotPressures.length -= 1;
  }

  #distance(knot: number, x: number, y: number): number {
    const [dx, dy] = [this.#knots[2 * knot] - x, this.#knots[2 * knot + 1] - y];
    return Math.sqrt(dx * dx + dy * dy);
  }

  /** Appends the curve from the previous knot to knot `to`; `next` is the index of the next knot, -1 if there is none yet. */
  #span(to: number, next: number): void {
    const length = this.#distance(to - 1, this.#knots[2 * to], this.#knots[2 * to + 1]);
    if (length === 0) return;
    const steps = Math.max(1, Math.ceil(length / CURVE_STEP));
    const ends = [to - 2, to - 1, to, next] as const; // a negative index is before the start of the stroke
    smoothSpan(this.#knots, ends, steps, this.points, this.points.length);
    const [start, end] = [this.#knotPressures[to - 1], this.#knotPressures[to]];
    for (let step = 1; step <= steps; step++)
      this.pressures.push(start + ((end - start) * step) / steps);
  }
}
