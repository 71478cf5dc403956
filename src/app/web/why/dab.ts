// A dab of the pen, or of the eraser: the smallest edit of an image, and its effect on a score to first order.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';

const MAX_INK = 255;
/** Ink of one dab, [3, 3]: the pen is 2.65 pixels wide, as in EMNIST. */
const DAB = [0.6, 1, 0.6, 1, 1, 1, 0.6, 1, 0.6];

/** One edit of an image. */
export interface Dab {
  /** Pixel in the middle, an index of [28, 28]. */
  readonly index: number;
  readonly kind: 'add' | 'erase';
}

/** Calls `visit` for each pixel under a dab, with its index and the dab's strength there, 0..1. */
function forEachPixel(center: number, visit: (index: number, strength: number) => void): void {
  const [row, column] = [Math.floor(center / IMAGE_SIDE), center % IMAGE_SIDE];
  for (let tap = 0; tap < DAB.length; tap++) {
    const y = row + Math.floor(tap / 3) - 1;
    const x = column + (tap % 3) - 1;
    if (y < 0 || y >= IMAGE_SIDE || x < 0 || x >= IMAGE_SIDE) continue;
    visit(y * IMAGE_SIDE + x, DAB[tap]);
  }
}

/**
 * The image after a dab: it adds or removes ink, within the range of each pixel.
 *
 * @param image [28, 28], 0 paper, 255 ink
 */
export function withDab(image: Uint8Array, { index, kind }: Dab): Uint8Array {
  const result = image.slice();
  const sign = kind === 'add' ? 1 : -1;
  forEachPixel(index, (pixel, strength) => {
    const ink = image[pixel] + sign * Math.round(MAX_INK * strength);
    result[pixel] = Math.min(MAX_INK, Math.max(0, ink));
  });
  return result;
}

/**
 * First-order effect on a score of the better of two edits around each pixel: adding a dab of the pen, or erasing one.
 * 0 if neither increases the score. A blank pixel can only gain ink, a full one can only lose it.
 *
 * @param gradients d score / d ink, ink from 0 to 1, [28, 28]
 * @param image [28, 28], 0 paper, 255 ink
 * @returns [28, 28]: positive for adding ink, negative for erasing; the absolute value is the gain
 */
export function editGains(gradients: ArrayLike<number>, image: Uint8Array): Float32Array {
  return Float32Array.from(image, (_, center) => {
    let adding = 0;
    let removing = 0;
    forEachPixel(center, (index, strength) => {
      const ink = image[index] / MAX_INK;
      adding += gradients[index] * Math.min(strength, 1 - ink);
      removing -= gradients[index] * Math.min(strength, ink);
    });
    if (Math.max(adding, removing) <= 0) return 0;
    return adding >= removing ? adding : -removing;
  });
}
