// A row of characters to pick: each button shows the strokes that it puts on the pad. Imports the forms and the helpers.

import type { Stroke } from '../../../../data/strokes/raster.js';
import { element } from '../../ui/dom.js';
import { SAMPLES, strokesOf } from './forms.js';
import { pictureOf } from './picture.js';
import './samples.css';

/** How much of the pad a button leaves out around its character. */
const MARGIN = 0.16;

/**
 * Puts the row into `host`.
 *
 * @param pick gets the strokes of the sample that the visitor chose, in units of the pad
 */
export function mountSamples(host: HTMLElement, pick: (strokes: readonly Stroke[]) => void): void {
  const buttons = SAMPLES.map((sample) => {
    const strokes = strokesOf(sample.path);
    const button = element('button', {
      type: 'button',
      className: 'sample',
      ariaLabel: `Draw ${sample.name}`,
    });
    button.append(pictureOf(strokes, MARGIN));
    button.addEventListener('click', () => pick(strokes));
    return element('li', {}, button);
  });
  const heading = element('h2', { id: 'samples-heading' }, 'Or have one drawn for you');
  const list = element('ul', {}, ...buttons);
  host.append(heading, list);
}
