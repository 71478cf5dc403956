// The input of the character network: its shape, and the upload of normalized pixels.

import { IMAGE_PIXELS, IMAGE_SIDE } from '../../data/emnist/idx.js';
import { tensor, type Tensor } from '../../engine/tensor.js';

/** Channels, height and width of one image. */
export const INPUT_SHAPE: readonly [channels: number, height: number, width: number] = [
  1,
  IMAGE_SIDE,
  IMAGE_SIDE,
];
/** Numbers per image. */
export const INPUT_PIXELS = IMAGE_PIXELS;

/**
 * Uploads images.
 *
 * @param pixels normalized pixels of n images, `[n, 28, 28]`
 * @returns `[n, 1, 28, 28]`
 */
export function imageTensor(pixels: Float32Array): Tensor {
  return tensor(pixels, { shape: [pixels.length / INPUT_PIXELS, ...INPUT_SHAPE] });
}
