// Strokes as a small picture that takes its size and colour from the style sheet. Imports types.

import type { Stroke } from '../../../../data/strokes/raster.js';

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Draws strokes. People who listen to the page are told in words what it is, by whoever shows it.
 *
 * @param strokes in units of the pad
 * @param margin how much of the pad is left out on each side. Default 0.
 */
export function pictureOf(strokes: readonly Stroke[], margin = 0): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const side = 1 - 2 * margin;
  svg.setAttribute('class', 'strokes');
  svg.setAttribute('viewBox', `${margin} ${margin} ${side} ${side}`);
  svg.setAttribute('aria-hidden', 'true');
  showStrokes(svg, strokes);
  return svg;
}

/** Shows other strokes in a picture. */
export function showStrokes(picture: SVGSVGElement, strokes: readonly Stroke[]): void {
  const lines = strokes.map((stroke, at) => {
    const line = picture.children.item(at) ?? document.createElementNS(SVG, 'polyline');
    line.setAttribute('points', Array.from(stroke, (value) => value.toFixed(3)).join(' '));
    return line;
  });
  picture.replaceChildren(...lines);
}
