// Conversion of strokes to the network's 28 x 28 input, with the function that the command line uses.
// The results in Node and in browsers are bit-for-bit identical.

import { DEFAULT_INK_SIZE, GlyphRenderer, type Stroke } from '../../../data/strokes/glyph.js';
import { IMAGE_PIXELS } from '../../../data/emnist/idx.js';
import type { Drawing } from '../app.js';
import type { PadContents } from './padContents.js';
import { boundingBox } from '../../../data/strokes/boundingBox.js';
import { smoothStrokes } from '../../../data/strokes/smooth.js';

/**
 * Drawings smaller than this fraction of the pad's height are not enlarged to the size of a character. Otherwise the tremor
 * of a tapping finger would be enlarged to a letter instead of remaining a dot.
 */
export const SMALL_MARK = 0.08;

/** Minimum size that `renderGlyph` accepts, in its units; far below one pixel. */
const MIN_INK = 1e-3;

/** Canvas shared by all drawings. */
const renderer = new GlyphRenderer();

/** The longer side of the strokes' bounding box, in their unit; 0 for no strokes and for a dot. */
export function extentOf(strokes: readonly Stroke[]): number {
  const { left, top, right, bottom } = boundingBox(strokes);
  return Math.max(0, right - left, bottom - top);
}

/**
 * Renders strokes as the network's input: `[28, 28]`, 0 = paper, 255 = ink.
 *
 * @param strokes in units of the pad's height, 0..1
 */
export function imageOf(strokes: readonly Stroke[]): Uint8Array {
  const scale = Math.min(1, extentOf(strokes) / SMALL_MARK);
  return renderer.render(smoothStrokes(strokes), {
    inkSize: Math.max(MIN_INK, DEFAULT_INK_SIZE * scale),
  });
}

/** The contents of the pad as the page's `Drawing`. */
export function drawingOf({ strokes, image }: PadContents): Drawing {
  if (image !== null) return { strokes: [], image: image.input, empty: false, source: 'image' };
  const empty = strokes.length === 0;
  return {
    strokes,
    image: empty ? new Uint8Array(IMAGE_PIXELS) : imageOf(strokes),
    empty,
    source: 'strokes',
  };
}
