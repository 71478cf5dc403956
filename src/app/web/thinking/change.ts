// From slopes to what a hand can do: a blank pixel can only get ink, a full one can only lose it. Knows no elements. Imports
// the engine's types.

import type { FloatArray } from '../../../engine/index.js';

const FULL = 255;

/**
 * What each pixel could still add to a score, by the slope: the slope times the room that is left for change. Above 0 by adding
 * ink, below 0 by taking it away; the size of either is what it would bring.
 *
 * @param slopes d score / d ink, ink from 0 to 1
 * @param image 0 paper, 255 ink
 */
export function possibleChange(slopes: FloatArray, image: Uint8Array): Float32Array {
  return Float32Array.from(slopes, (slope, i) => {
    const ink = image[i] / FULL;
    return slope * (slope > 0 ? 1 - ink : ink);
  });
}
