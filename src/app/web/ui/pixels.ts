// Shows 28 x 28 images as the network gets them. The style sheet gives the canvas its dark ground and its size. Imports data's sizes.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';

/** Ink bright on a dark ground, as the network gets it: the bytes become the strength of the ink. */
export function paint(canvas: HTMLCanvasElement, image: Uint8Array): void {
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(IMAGE_SIDE, IMAGE_SIDE);
  for (let i = 0; i < image.length; i++) {
    pixels.data.fill(255, 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = image[i];
  }
  context.putImageData(pixels, 0, 0);
}
