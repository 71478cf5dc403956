// The immutable contents of the pad: strokes or an image.

import type { Stroke } from '../../../data/strokes/raster.js';

/** An image from a file. */
export interface PlacedPicture {
  /** For display. */
  readonly bitmap: ImageBitmap;
  /** The network's input, [28, 28], 0 = paper, 255 = ink. */
  readonly image: Uint8Array;
}

export interface Sheet {
  /** In units of the pad's height, 0..1; empty if there is an image. */
  readonly strokes: readonly Stroke[];
  readonly picture: PlacedPicture | null;
}

export const EMPTY_SHEET: Sheet = { strokes: [], picture: null };

export function isEmpty({ strokes, picture }: Sheet): boolean {
  return strokes.length === 0 && picture === null;
}
