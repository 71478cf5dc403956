// The immutable contents of the pad: strokes or an image.

import type { Stroke } from '../../../data/strokes/raster.js';

/** An image from a file. */
export interface PadImage {
  /** For display. */
  readonly bitmap: ImageBitmap;
  /** The network's input, [28, 28], 0 = paper, 255 = ink. */
  readonly input: Uint8Array;
}

export interface PadContents {
  /** In units of the pad's height, 0..1; empty if there is an image. */
  readonly strokes: readonly Stroke[];
  readonly image: PadImage | null;
}

export const EMPTY_CONTENTS: PadContents = { strokes: [], image: null };

export function isEmpty({ strokes, image }: PadContents): boolean {
  return strokes.length === 0 && image === null;
}
