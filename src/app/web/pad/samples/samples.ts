// The row of sample characters: each button puts its strokes on the pad. At its end a field, whose character is drawn.

import type { Stroke } from '../../../../data/strokes/raster.js';
import type { ErrorReporter } from '../../app.js';
import { element } from '../../ui/dom.js';
import { makeTypeField } from '../typing/typeField.js';
import { SAMPLES, strokesOf } from './sampleCharacters.js';
import { makeThumbnail } from './thumbnail.js';
import './samples.css';

/** Fraction of the pad that a thumbnail crops on each side. */
const MARGIN = 0.16;

/**
 * Mounts the row in `host`.
 *
 * @param onPick called with the strokes of the chosen sample or typed character, in units of the pad
 */
export function mountSamples(
  host: HTMLElement,
  app: ErrorReporter,
  onPick: (strokes: readonly Stroke[]) => void,
): void {
  const buttons = SAMPLES.map((sample) => {
    const strokes = strokesOf(sample.path);
    const button = element('button', {
      type: 'button',
      className: 'sample',
      ariaLabel: `Draw ${sample.name}`,
    });
    button.append(makeThumbnail(strokes, MARGIN));
    button.addEventListener('click', () => onPick(strokes));
    return element('li', {}, button);
  });
  const heading = element(
    'h2',
    { id: 'samples-heading' },
    'Or try an example, or type a character',
  );
  const list = element('ul', {}, ...buttons, element('li', {}, makeTypeField(app, onPick)));
  host.append(heading, list);
}
