// From slopes to what a hand can do: put down a dab of the pen, or rub one out. Knows no elements. Imports the size of images.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';

const FULL = 255;
/** Ink of one dab, as rows: the pen is 2.65 pixels wide, as EMNIST's strokes are. */
const DAB = [0.6, 1, 0.6, 1, 1, 1, 0.6, 1, 0.6];

/**
 * What one dab of the pen around each pixel would add to a score, by the slope, and what rubbing one out would; of the two the
 * better, or 0 if neither helps. A blank pixel can only get ink, a full one can only lose it.
 *
 * @param slopes d score / d ink, ink from 0 to 1, [28, 28]
 * @param image [28, 28], 0 paper, 255 ink
 * @returns [28, 28]: above 0 for a dab, below 0 for rubbing out; the size is what it brings
 */
export function dabs(slopes: ArrayLike<number>, image: Uint8Array): Float32Array {
  return Float32Array.from(image, (_, i) => {
    const [row, column] = [Math.floor(i / IMAGE_SIDE), i % IMAGE_SIDE];
    let adding = 0;
    let removing = 0;
    for (let tap = 0; tap < DAB.length; tap++) {
      const y = row + Math.floor(tap / 3) - 1;
      const x = column + (tap % 3) - 1;
      if (y < 0 || y >= IMAGE_SIDE || x < 0 || x >= IMAGE_SIDE) continue;
      const at = y * IMAGE_SIDE + x;
      const ink = image[at] / FULL;
      adding += slopes[at] * Math.min(DAB[tap], 1 - ink);
      removing -= slopes[at] * Math.min(DAB[tap], ink);
    }
    if (Math.max(adding, removing) <= 0) return 0;
    return adding >= removing ? adding : -removing;
  });
}
