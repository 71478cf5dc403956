// What lies on the pad at one moment: strokes, or a picture. Never changed, only replaced. No code. Imports types.

import type { Stroke } from '../../../data/strokes/raster.js';

/** A picture that the visitor chose. */
export interface PlacedPicture {
  /** As it is shown. */
  readonly bitmap: ImageBitmap;
  /** As the network sees it: 784 bytes, 0 paper, 255 ink. */
  readonly image: Uint8Array;
}

export interface Sheet {
  /** In units of the pad, 0..1 of its height; none if there is a picture. */
  readonly strokes: readonly Stroke[];
  readonly picture: PlacedPicture | null;
}

export const EMPTY_SHEET: Sheet = { strokes: [], picture: null };

export function isEmpty({ strokes, picture }: Sheet): boolean {
  return strokes.length === 0 && picture === null;
}
