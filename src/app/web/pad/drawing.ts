// From the strokes on the pad to what the network sees, by the function that the command line uses too. Runs in Node and in a
// browser with the same bits. Imports data's glyph, and types.

import { DEFAULT_INK_SIZE, GlyphRenderer, type Stroke } from '../../../data/strokes/glyph.js';
import { IMAGE_PIXELS } from '../../../data/emnist/idx.js';
import type { Drawing } from '../app.js';
import type { Sheet } from './sheet.js';

/**
 * Marks smaller than this part of the pad's height are not enlarged to a whole character's size: the tremble of a finger that
 * taps would become a letter. They stay small beside the pen, as a dot is.
 */
export const SMALL_MARK = 0.08;

/** The least size that `renderGlyph` takes for a mark, in its own units; far below one pixel. */
const LEAST_INK = 1e-3;

/** One canvas for all drawings. */
const renderer = new GlyphRenderer();

/** The longer side of the box around strokes, in their own unit; 0 for none and for a dot. */
export function extentOf(strokes: readonly Stroke[]): number {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const stroke of strokes) {
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      left = Math.min(left, stroke[i]);
      right = Math.max(right, stroke[i]);
      top = Math.min(top, stroke[i + 1]);
      bottom = Math.max(bottom, stroke[i + 1]);
    }
  }
  return Math.max(0, right - left, bottom - top);
}

/**
 * What the network sees of strokes: `[28, 28]`, 0 = paper, 255 = ink.
 *
 * @param strokes in units of the pad, 0..1 of its height
 */
export function imageOf(strokes: readonly Stroke[]): Uint8Array {
  const share = Math.min(1, extentOf(strokes) / SMALL_MARK);
  return renderer.render(strokes, { inkSize: Math.max(LEAST_INK, DEFAULT_INK_SIZE * share) });
}

/** What is on the pad, as the parts of the page know it. */
export function drawingOf({ strokes, picture }: Sheet): Drawing {
  if (picture !== null) return { strokes: [], image: picture.image, empty: false, source: 'picture' };
  const empty = strokes.length === 0;
  return {
    strokes,
    image: empty ? new Uint8Array(IMAGE_PIXELS) : imageOf(strokes),
    empty,
    source: 'strokes',
  };
}
