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
  const fraction = Math.abs(amount);
  let [before, after] = [0, 0];
  for (let row = 1; row <= IMAGE_SIDE; row++) {
    const end = row * PADDED_SIDE + IMAGE_SIDE;
    for (let index = row * PADDED_SIDE + 1; index <= end; index++) {
      const pixel = image[index];
      let extreme = sign * pixel;
      let other = sign * image[index - 1];
      if (other > extreme) extreme = other;
      other = sign * image[index + 1];
      if (other > extreme) extreme = other;
      other = sign * image[index - PADDED_SIDE];
      if (other > extreme) extreme = other;
      other = sign * image[index + PADDED_SIDE];
      if (other > extreme) extreme = other;
      const value = pixel + fraction * (sign * extreme - pixel);
      result[index] = value;
      if (pixel > before) before = pixel;
      if (value > after) after = value;
    }
  }
  if (after === before || after === 0) return result;
  const factor = before / after;
  for (let index = PADDED_SIDE; index < result.length - PADDED_SIDE; index++)
    result[index] *= factor;
  return result;
}
