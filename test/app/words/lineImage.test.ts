// Tests the segmentation of an image of a line.

import { expect, it } from 'vitest';
import { segmentImage } from '../../../src/app/words/lineImage.js';

/** A white sheet with dark bars, and a gray square beside them. */
function sheet(gray: number): Uint8Array {
  const [width, height] = [400, 120];
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (y < 20 || y >= 100) return 255;
    if ((x >= 40 && x < 50) || (x >= 100 && x < 110)) return 0;
    return x >= 200 && x < 280 ? gray : 255;
  });
}

it('ignores spots that are fainter than ink', () => {
  const charactersWith = (gray: number): number =>
    segmentImage({ data: sheet(gray), width: 400, height: 120, channels: 1 }, 'auto')!.characters
      .length;
  expect(charactersWith(255)).toBe(2);
  expect(charactersWith(160)).toBe(2);
  expect(charactersWith(0)).toBe(3);
});
