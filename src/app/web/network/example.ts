// The drawing that the panel explains while the pad is empty.

import { imageOf } from '../pad/drawing.js';
import { SAMPLES, strokesOf } from '../pad/samples/sampleCharacters.js';

/** The sample R as the network's input, [28, 28]. */
export function exampleImage(): Uint8Array {
  return imageOf(strokesOf(SAMPLES[0].path));
}
