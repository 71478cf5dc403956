// Uploads normalized pixels as the input of the character network.

import { IMAGE_PIXELS, IMAGE_SIDE } from '../../data/emnist/idx.js';
import { tensor, type Tensor } from '../../engine/index.js';

/**
 * Uploads images.
 *
 * @param pixels normalized pixels of n images, `[n, 28, 28]`
 * @returns `[n, 1, 28, 28]`
 */
export function imageTensor(pixels: Float32Array): Tensor {
  return tensor(pixels, { shape: [pixels.length / IMAGE_PIXELS, 1, IMAGE_SIDE, IMAGE_SIDE] });
}
