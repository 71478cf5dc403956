// Keeps the drawing over a reload, and when the visitor leaves the page and returns with Back: in the session storage of the
// browser's tab.

import type { Stroke } from '../../../data/strokes/raster.js';
import { decodeStrokes, encodeStrokes } from './share.js';

const KEY = 'inkgrad-drawing';

/** The strokes of the last visit in this tab; null if there are none. */
export function keptStrokes(): readonly Stroke[] | null {
  try {
    const text = sessionStorage.getItem(KEY);
    return text === null ? null : decodeStrokes(text);
  } catch {
    return null; // no storage, or damaged: the drawing is optional
  }
}

/** Keeps the current strokes whenever the page is hidden or left. */
export function keepStrokes(current: () => readonly Stroke[]): void {
  const keep = (): void => {
    try {
      const strokes = current();
      if (strokes.length === 0) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, encodeStrokes(strokes));
    } catch {
      // No storage, or too many strokes for the encoding.
    }
  };
  window.addEventListener('pagehide', keep);
  document.addEventListener('visibilitychange', keep); // phones end hidden pages without a pagehide
}
