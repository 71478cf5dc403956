// The ink of an image and its connected components: the common part of preparing a character
// (preprocess.ts) and of finding the characters of a line (app/words/lineImage.ts).

import { findComponents, type Components } from './connectedComponents.js';
import { findInk } from './ink.js';
import type { Ink, Invert } from './inkMap.js';
import { removeRuledLines } from './ruledLines.js';
import { toPlanes, type DecodedImage } from './workingImage.js';

/** Ink without ruled lines. */
export interface ImageInk extends Ink {
  readonly components: Components;
}

/**
 * Detects the ink of an image; null if it is blank.
 *
 * @throws ArgumentError if the data length does not match the sizes
 */
export function inkOfImage(image: DecodedImage, invert: Invert): ImageInk | null {
  const detected = findInk(toPlanes(image), invert);
  if (detected === null) return null;
  const { width, height, kind } = detected;
  const data = removeRuledLines(detected.data, width, height);
  return { data, width, height, kind, components: findComponents(data, width, height) };
}
