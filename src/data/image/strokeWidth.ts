// Thins or thickens the strokes of a finished image. Mixes the image with its gray dilation
// (maximum of a pixel and its four neighbors) or erosion (minimum), so that widths in
// between are possible.
//
// Source: P. Soille, "Morphological Image Analysis", 2nd edition, 2003, chapter 3.

/**
 * Thickens or thins the strokes of one image.
 *
 * @param image `[rows, paddedWidth]`, ink above 0, with a border of zeros, which is not changed
 * @param paddedWidth numbers per row, with the border
 * @param amount -1 to 1: the fraction of the dilation (above 0) or of the erosion (below)
 *   in the result
 * @param result `[rows, paddedWidth]`; its border must be zeros
 * @returns `result`, scaled so that its maximum equals the image's maximum
 */
export function varyStroke(
  image: Float32Array,
  paddedWidth: number,
  amount: number,
  result: Float32Array,
): Float32Array {
  const sign = amount < 0 ? -1 : 1; // erosion = -dilation(-image)
  const fraction = Math.abs(amount);
  let [before, after] = [0, 0];
  const lastRow = image.length - paddedWidth;
  for (let row = paddedWidth; row < lastRow; row += paddedWidth) {
    const end = row + paddedWidth - 2;
    for (let index = row + 1; index <= end; index++) {
      const pixel = image[index];
      let extreme = sign * pixel;
      let other = sign * image[index - 1];
      if (other > extreme) extreme = other;
      other = sign * image[index + 1];
      if (other > extreme) extreme = other;
      other = sign * image[index - paddedWidth];
      if (other > extreme) extreme = other;
      other = sign * image[index + paddedWidth];
      if (other > extreme) extreme = other;
      const value = pixel + fraction * (sign * extreme - pixel);
      result[index] = value;
      if (pixel > before) before = pixel;
      if (value > after) after = value;
    }
  }
  if (after === before || after === 0) return result;
  const factor = before / after;
  for (let index = paddedWidth; index < result.length - paddedWidth; index++)
    result[index] *= factor;
  return result;
}
