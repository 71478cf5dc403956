// Thins or thickens the strokes of a finished image. Mixes the image with its gray dilation
// (maximum of a pixel and its four neighbors) or erosion (minimum), so that widths in
// between are possible.
//
// Source: P. Soille, "Morphological Image Analysis", 2nd edition, 2003, chapter 3.

import { IMAGE_SIDE } from '../emnist/idx.js';

/** Side of an image with one pixel of paper on each side. */
export const PADDED_SIDE = IMAGE_SIDE + 2;

/**
 * Thickens or thins the strokes of one image.
 *
 * @param image `[30, 30]`, ink above 0, with a border of zeros, which is not changed
 * @param amount -1 to 1: the fraction of the dilation (above 0) or of the erosion (below)
 *   in the result
 * @param result `[30, 30]`; its border must be zeros
 * @returns `result`, scaled so that its maximum equals the image's maximum, as in all of EMNIST
 */
export function varyStroke(
  image: Float32Array,
  amount: number,
  result: Float32Array,
): Float32Array {
  const sign = amount < 0 ? -1 : 1; // erosion = -dilation(-image)
  const part = Math.abs(amount);
  let [before, after] = [0, 0];
  for (let row = 1; row <= IMAGE_SIDE; row++) {
    const end = row * PADDED_SIDE + IMAGE_SIDE;
    for (let at = row * PADDED_SIDE + 1; at <= end; at++) {
      const own = image[at];
      let most = sign * own;
      let other = sign * image[at - 1];
      if (other > most) most = other;
      other = sign * image[at + 1];
      if (other > most) most = other;
      other = sign * image[at - PADDED_SIDE];
      if (other > most) most = other;
      other = sign * image[at + PADDED_SIDE];
      if (other > most) most = other;
      const value = own + part * (sign * most - own);
      result[at] = value;
      if (own > before) before = own;
      if (value > after) after = value;
    }
  }
  if (after === before || after === 0) return result;
  const factor = before / after;
  for (let at = PADDED_SIDE; at < result.length - PADDED_SIDE; at++) result[at] *= factor;
  return result;
}
