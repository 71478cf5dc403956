// The effect of a dab of the pen, or of erasing one, on a score. To first order, from the gradient of the ink.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';

const MAX_INK = 255;
/** Ink of one dab, [3, 3]: the pen is 2.65 pixels wide, as in EMNIST. */
const DAB = [0.6, 1, 0.6, 1, 1, 1, 0.6, 1, 0.6];

/**
 * First-order effect on a score of the better of two edits around each pixel: adding a dab of the pen, or erasing one.
 * 0 if neither increases the score. A blank pixel can only gain ink, a full one can only lose it.
 *
 * @param gradients d score / d ink, ink from 0 to 1, [28, 28]
 * @param image [28, 28], 0 paper, 255 ink
 * @returns [28, 28]: positive for adding ink, negative for erasing; the absolute value is the gain
 */
export function editGains(gradients: ArrayLike<number>, image: Uint8Array): Float32Array {
  return Float32Array.from(image, (_, i) => {
    const [row, column] = [Math.floor(i / IMAGE_SIDE), i % IMAGE_SIDE];
    let adding = 0;
    let removing = 0;
    for (let tap = 0; tap < DAB.length; tap++) {
      const y = row + Math.floor(tap / 3) - 1;
      const x = column + (tap % 3) - 1;
      if (y < 0 || y >= IMAGE_SIDE || x < 0 || x >= IMAGE_SIDE) continue;
      const index = y * IMAGE_SIDE + x;
      const ink = image[index] / MAX_INK;
      adding += gradients[index] * Math.min(DAB[tap], 1 - ink);
      removing -= gradients[index] * Math.min(DAB[tap], ink);
    }
    if (Math.max(adding, removing) <= 0) return 0;
    return adding >= removing ? adding : -removing;
  });
}
