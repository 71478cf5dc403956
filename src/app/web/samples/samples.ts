// A row of characters to pick: each button shows the strokes that it puts on the pad. Imports the forms and the helpers.

import type { Stroke } from '../../../data/raster.js';
import { element } from '../dom.js';
import { SAMPLES, strokesOf } from './forms.js';
import './samples.css';

/**
 * Puts the row into `host`.
 *
 * @param pick gets the strokes of the sample that the visitor chose, in units of the pad
 */
export function mountSamples(host: HTMLElement, pick: (strokes: readonly Stroke[]) => void): void {
  const buttons = SAMPLES.map((sample) => {
    const strokes = strokesOf(sample);
    const button = element('button', {
      type: 'button',
      className: 'sample',
      ariaLabel: `Draw ${sample.name}`,
    });
    button.append(picture(strokes));
    button.addEventListener('click', () => pick(strokes));
    return element('li', {}, button);
  });
  const heading = element('h2', { id: 'samples-heading' }, 'Or let one be drawn');
  const list = element('ul', {}, ...buttons);
  host.append(heading, list);
}

const SVG = 'http://www.w3.org/2000/svg';

/** The strokes as a small drawing; the button says in words what it is. */
function picture(strokes: readonly Stroke[]): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0.16 0.16 0.68 0.68');
  svg.setAttribute('aria-hidden', 'true');
  for (const stroke of strokes) {
    const line = document.createElementNS(SVG, 'polyline');
    line.setAttribute('points', Array.from(stroke, (value) => value.toFixed(3)).join(' '));
    svg.append(line);
  }
  return svg;
}
