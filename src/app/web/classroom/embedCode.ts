// The HTML that embeds the pad and its prediction in another page. No DOM.

import type { Stroke } from '../../../data/strokes/raster.js';
import { addressOf } from '../pad/link.js';

/**
 * The code of an iframe.
 *
 * @param page address of the page
 * @param strokes the drawing to start with; empty for none
 * @throws ArgumentError if the drawing is too large for an address
 */
export function embedCode(page: string, strokes: readonly Stroke[]): string {
  const plain = new URL('embed.html', page);
  const address = strokes.length === 0 ? plain.href : addressOf(strokes, plain.href);
  const source = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${source}" title="inkgrad: draw a character" width="400" height="640"></iframe>`;
}
