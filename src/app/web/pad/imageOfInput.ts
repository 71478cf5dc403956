// An image for the pad from the network's input, for drawings that another part of the page has changed.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { paintImage } from '../ui/pixels.js';
import type { PadImage } from './padContents.js';

/** Side length of the bitmap on the pad, in pixels. */
const DISPLAY_SIDE = 448;
/** Dark ink on light paper, as in a photo, in light and dark mode. */
const [INK, PAPER] = ['#25211a', '#fffdf9'];

/** @param input [28, 28], 0 = paper, 255 = ink */
export async function imageOfInput(input: Uint8Array): Promise<PadImage> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = IMAGE_SIDE;
  paintImage(canvas, input);
  const context = canvas.getContext('2d')!;
  for (const [operation, color] of [
    ['source-in', INK],
    ['destination-over', PAPER],
  ] as const) {
    context.globalCompositeOperation = operation;
    context.fillStyle = color;
    context.fillRect(0, 0, IMAGE_SIDE, IMAGE_SIDE);
  }
  const bitmap = await createImageBitmap(canvas, {
    resizeWidth: DISPLAY_SIDE,
    resizeHeight: DISPLAY_SIDE,
    resizeQuality: 'high',
  });
  return { bitmap, input };
}
