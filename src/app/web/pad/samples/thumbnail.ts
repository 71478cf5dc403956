// Thumbnails of strokes as SVG, with size and color from the style sheet.

import type { Stroke } from '../../../../data/strokes/raster.js';

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Draws strokes as an SVG that is hidden from screen readers; the caller provides the accessible name.
 *
 * @param strokes in units of the pad
 * @param margin fraction of the pad that is cropped on each side. Default 0.
 */
export function makeThumbnail(strokes: readonly Stroke[], margin = 0): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const side = 1 - 2 * margin;
  svg.setAttribute('class', 'strokes');
  svg.setAttribute('viewBox', `${margin} ${margin} ${side} ${side}`);
  svg.setAttribute('aria-hidden', 'true');
  showStrokes(svg, strokes);
  return svg;
}

/** Replaces the strokes of a thumbnail. */
export function showStrokes(thumbnail: SVGSVGElement, strokes: readonly Stroke[]): void {
  const lines = strokes.map((stroke, index) => {
    const line = thumbnail.children.item(index) ?? document.createElementNS(SVG, 'polyline');
    line.setAttribute('points', Array.from(stroke, (value) => value.toFixed(3)).join(' '));
    return line;
  });
  thumbnail.replaceChildren(...lines);
}
