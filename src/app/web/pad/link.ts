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

/** Whether the address has a drawing, even a damaged one. */
export function addressHasDrawing(): boolean {
  return new URLSearchParams(location.hash.slice(1)).has('s');
}

/** Part of `history.state` of an entry whose drawing has been shown. */
interface EntryState {
  readonly drawingShown?: boolean;
}

/**
 * Shows the drawing in the address, now and when the visitor follows another link; not after Back, which would replace the
 * visitor's own drawing.
 */
export function watchAddress(
  show: (strokes: readonly Stroke[]) => void,
  onError: (error: unknown) => void,
): void {
  const update = (): void => {
    if (!addressHasDrawing()) return;
    const state = history.state as EntryState | null;
    history.replaceState({ ...state, drawingShown: true }, '');
    try {
      show(strokesFromAddress(location.hash)!);
    } catch (error) {
      onError(error);
    }
  };
  window.addEventListener('hashchange', () => {
    const state = history.state as EntryState | null;
    if (state?.drawingShown !== true) update();
  });
  update();
}
