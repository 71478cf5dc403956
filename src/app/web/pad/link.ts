// Drawings in the page's address: `#s=TEXT`, next to `tab=NAME`.

import type { Stroke } from '../../../data/strokes/raster.js';
import { decodeStrokes, encodeStrokes } from './share.js';

/** The page's address with a drawing. @throws ArgumentError if the drawing is too large for an address */
export function addressOf(strokes: readonly Stroke[], page: string): string {
  const address = new URL(page);
  const parts = new URLSearchParams(address.hash.slice(1));
  parts.set('s', encodeStrokes(strokes));
  address.hash = parts.toString();
  return address.href;
}

/** The drawing in an address, or null. @throws FormatError if it is damaged */
export function strokesFromAddress(hash: string): number[][] | null {
  const text = new URLSearchParams(hash.replace(/^#/, '')).get('s');
  return text === null ? null : decodeStrokes(text);
}

/** Shows the drawing in the address, now and after each change to another drawing: not after Back to the same one. */
export function watchAddress(
  show: (strokes: readonly Stroke[]) => void,
  onError: (error: unknown) => void,
): void {
  let shown: string | null = null;
  const update = (): void => {
    const text = new URLSearchParams(location.hash.slice(1)).get('s') ?? shown;
    if (text === shown) return;
    shown = text;
    try {
      const strokes = strokesFromAddress(location.hash);
      if (strokes !== null) show(strokes);
    } catch (error) {
      onError(error);
    }
  };
  window.addEventListener('hashchange', update);
  update();
}
