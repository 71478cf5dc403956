// Painting of 28 x 28 images on a canvas, whose background and size the style sheet sets.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';

/** Paints white ink on the canvas, with the bytes as opacity. */
export function paintImage(canvas: HTMLCanvasElement, image: Uint8Array): void {
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(IMAGE_SIDE, IMAGE_SIDE);
  for (let i = 0; i < image.length; i++) {
    pixels.data.fill(255, 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = image[i];
  }
  context.putImageData(pixels, 0, 0);
}
