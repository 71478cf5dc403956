// Random handwriting: size, slant, jitter and pen of one writer, and the strokes of a letter form as
// this writer draws it.

import type { Rng } from '../../engine/rng.js';
import { MAX_EXTENT, type GlyphOptions } from './glyph.js';
import { smoothPath, type Skeleton } from './skeletons/skeleton.js';

/** Polyline points per curve span; more would be finer than a pixel. */
const STEPS_PER_SPAN = 6;

/** Random handwriting parameters of one character: one writer with one pen. */
export class Handwriting {
  readonly #rng: Rng;
  /** x' = xx x + xy y, y' = yx x + yy y: stretch, slant and rotation combined. */
  readonly #affine: readonly [xx: number, xy: number, yx: number, yy: number];
  /** A smooth bend of the whole sheet: the quadratic terms of x' and of y'. */
  readonly #bend: readonly number[];
  readonly #jitter: number;
  /** In pixels of the 128 x 128 canvas. */
  readonly #capitalHeight: number;
  readonly #penWidth: number;

  constructor(rng: Rng) {
    this.#rng = rng;
    const stretch = rng.between(0.82, 1.28);
    const slant = 0.26 + 0.4 * this.#triangular(); // most handwriting leans right
    // A rotation by about 2t, from t = tan(angle / 2), without sine or cosine (see
    // raster.ts for why).
    const t = 0.075 * this.#triangular();
    const cosine = (1 - t * t) / (1 + t * t);
    const sine = (2 * t) / (1 + t * t);
    const leaning = -slant * stretch;
    this.#affine = [
      cosine * stretch,
      cosine * leaning - sine,
      sine * stretch,
      sine * leaning + cosine,
    ];
    this.#bend = Array.from({ length: 6 }, () => 0.0022 * this.#triangular());
    this.#jitter = rng.between(2, 9);
    this.#capitalHeight = 62 + 24 * this.#triangular();
    this.#penWidth = 7.4 + 3.4 * this.#triangular();
  }

  /**
   * A random number in (-1, 1) with a triangular density around 0: the difference of
   * two uniform draws.
   */
  #triangular(): number {
    return this.#rng.uniform() - this.#rng.uniform();
  }

  /** Chooses a form with probability proportional to its weight. */
  choose<Form extends { readonly weight: number }>(forms: readonly Form[]): Form {
    const total = forms.reduce((sum, form) => sum + form.weight, 0);
    let remaining = this.#rng.uniform() * total;
    return forms.find((form) => (remaining -= form.weight) < 0) ?? forms[0];
  }

  /**
   * The pen and size of a form. The same pen writes small letters smaller, so they are bolder and
   * softer when enlarged to 28 x 28.
   */
  pen(skeleton: Skeleton): GlyphOptions {
    const inkSize = (this.#capitalHeight * skeleton.size) / 100;
    return { inkSize: Math.min(inkSize, MAX_EXTENT - this.#penWidth), penWidth: this.#penWidth };
  }

  /** Strokes of a form as written by this hand. */
  write(skeleton: Skeleton): Float64Array[] {
    return skeleton.strokes.map((stroke) => {
      // Random offsets: a small one per stroke, and one per point.
      const offsetX = 0.5 * this.#jitter * this.#triangular();
      const offsetY = 0.5 * this.#jitter * this.#triangular();
      const knots = stroke.knots.map(
        (value, i) => value + (i % 2 === 0 ? offsetX : offsetY) + this.#jitter * this.#triangular(),
      );
      return this.#distort(smoothPath(stroke, knots, STEPS_PER_SPAN));
    });
  }

  #distort(path: Float64Array): Float64Array {
    const [xx, xy, yx, yy] = this.#affine;
    const b = this.#bend;
    for (let i = 0; i < path.length; i += 2) {
      const x = path[i] - 32; // relative to the middle of a form
      const y = path[i + 1] - 50;
      const bentX = x + b[0] * x * x + b[1] * x * y + b[2] * y * y;
      const bentY = y + b[3] * x * x + b[4] * x * y + b[5] * y * y;
      path[i] = xx * bentX + xy * bentY;
      path[i + 1] = yx * bentX + yy * bentY;
    }
    return path;
  }
}
