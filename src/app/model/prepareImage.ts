// Converts an image to the input of a network, for training, evaluation and prediction alike.

import { preprocess, type Invert, type PreparedImage } from '../../data/image/preprocess.js';
import { resizeImage } from '../../data/image/resizeImage.js';
import type { DecodedImage } from '../../data/image/workingImage.js';
import type { ModelInput } from './modelInput.js';

/**
 * Converts an image to the input of a network.
 *
 * @returns `[channels, size, size]` in `image`; `empty` if `ink` found none
 */
export function prepareImage(
  image: DecodedImage,
  { size, channels, preprocess: method }: ModelInput,
  invert: Invert = 'auto',
): PreparedImage {
  if (method === 'ink') return preprocess(image, { invert, size });
  return { image: resizeImage(image, size, channels), empty: false, kind: null };
}
