// Elastic distortion: every place of an image moved a little, its neighbours with it, as one hand writes a stroke longer, rounder
// or more bent than another. Points on a coarse grid are moved at random; what lies between them follows in proportion.
// Imports the rng, idx.
//
// After P. Simard, D. Steinkraus, J. Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document
// Analysis", ICDAR 2003, who smooth a random field with a Gaussian of 4 pixels; a grid needs 50 draws, not 1,568, and no
// smoothing.

import type { Rng } from '../engine/rng.js';
import { IMAGE_SIDE } from './idx.js';

/** Pixels between two points of the grid. */
const SPACING = 7;
/** Points along each side: 0, 7, ..., 28, so that every pixel lies between two. */
const POINTS = IMAGE_SIDE / SPACING + 1;
/** Random numbers that one distortion takes: a move along each axis for every point. */
export const ELASTIC_DRAWS = 2 * POINTS * POINTS;

/** How far each pixel of an image moves, in scratch arrays that are made once. */
export class ElasticField {
  /** Pixels to the right and down, `[28, 28]` each; zeros until the first draw. */
  readonly right = new Float32Array(IMAGE_SIDE * IMAGE_SIDE);
  readonly down = new Float32Array(IMAGE_SIDE * IMAGE_SIDE);
  readonly #moves = new Float32Array(POINTS * POINTS);

  /**
   * Draws a new distortion.
   *
   * @param reach pixels that a point of the grid moves at most, along each axis
   * @param rng gives `ELASTIC_DRAWS` numbers
   */
  draw(reach: number, rng: Rng): void {
    for (const field of [this.right, this.down]) {
      for (let i = 0; i < this.#moves.length; i++) this.#moves[i] = rng.between(-reach, reach);
      this.#spread(field);
    }
  }

  /** Bilinear interpolation from the points to the pixels. */
  #spread(field: Float32Array): void {
    const moves = this.#moves;
    let at = 0;
    for (let row = 0; row < IMAGE_SIDE; row++) {
      const above = Math.floor(row / SPACING) * POINTS;
      const low = (row % SPACING) / SPACING;
      for (let left = 0; left < POINTS - 1; left++) {
        const i = above + left;
        const from = moves[i] + low * (moves[i + POINTS] - moves[i]);
        const to = moves[i + 1] + low * (moves[i + 1 + POINTS] - moves[i + 1]);
        const step = (to - from) / SPACING;
        for (let k = 0; k < SPACING; k++) field[at++] = from + step * k;
      }
    }
  }
}
