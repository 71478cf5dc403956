// Whether images of characters are stored transposed, as in EMNIST's CSV files, or upright, as in
// MNIST's. Measured on the pixels, because both have the same form.

import type { StoredImages } from './storedImages.js';

/** How images are stored: detected, upright, or with rows and columns exchanged. */
export const ORIENTATIONS = ['auto', 'upright', 'transposed'] as const;
export type Orientation = (typeof ORIENTATIONS)[number];

/** Images measured, evenly spread over the file. */
const MAX_SAMPLES = 4000;
/** Pixels of at least this value count as ink. */
const INK = 128;
/**
 * Mean logarithm of height / width of the ink above which the stored images are upright, and below
 * minus which they are transposed. Characters are taller than wide: the four splits of EMNIST that
 * were measured have means of 0.17 to 0.34.
 */
const CERTAIN = 0.1;

/** Mean of log(height / width) of the bounding boxes of the ink; 0 without ink. */
export function meanAspect({ pixels, height, width, channels, labels }: StoredImages): number {
  const step = Math.max(1, Math.floor(labels.length / MAX_SAMPLES));
  const size = height * width * channels;
  let [sum, count] = [0, 0];
  for (let index = 0; index < labels.length; index += step) {
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (let i = 0; i < size; i++) {
      if (pixels[index * size + i] < INK) continue;
      const pixel = Math.floor(i / channels);
      const x = pixel % width;
      const y = (pixel - x) / width;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
    if (right < 0) continue;
    sum += Math.log((bottom - top + 1) / (right - left + 1));
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * Whether images are stored transposed. If the shape of the ink does not tell, a file name with
 * `emnist` does.
 *
 * @param name path of the file
 */
export function isTransposed(images: StoredImages, name: string): boolean {
  const aspect = meanAspect(images);
  return Math.abs(aspect) > CERTAIN ? aspect < 0 : /emnist/i.test(name.split(/[\\/]/).at(-1)!);
}
