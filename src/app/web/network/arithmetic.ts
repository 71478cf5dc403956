// The arithmetic behind the selected value, step by step: products, sum, ReLU and maximum of a convolution; terms and sum of a
// linear layer; softmax of a class. The map is enlarged, and each of its points can be selected.

import { element, setText } from '../ui/dom.js';
import { formatNumber, inRegion } from '../figures/captionText.js';
import type { Choice } from '../figures/picker.js';
import { MapFigure } from './mapFigure.js';
import { selectedValue, unitName, type Selection, type Snapshot } from './snapshot.js';
import { stepsOf, type Step } from './steps.js';
import { Stepper } from './stepper.js';
import './arithmetic.css';

export class Arithmetic {
  readonly root: HTMLElement;
  readonly #title = element('h3');
  readonly #caption = element('p', { className: 'caption' });
  readonly #map: MapFigure;
  readonly #steps = element('ol', { className: 'steps' });
  readonly #stepper = new Stepper(this.#steps);
  readonly #selection: Choice<Selection>;

  constructor(selection: Choice<Selection>) {
    this.#selection = selection;
    this.#map = new MapFigure(selection);
    this.root = element(
      'section',
      { className: 'arithmetic', ariaLabel: 'How the selected value is computed' },
      element('div', { className: 'arithmetic-head' }, this.#title, this.#stepper.root),
      element(
        'div',
        { className: 'arithmetic-body' },
        element('div', { className: 'map-and-caption' }, this.#map.root, this.#caption),
        this.#steps,
      ),
    );
  }

  show(snapshot: Snapshot): void {
    const selection = this.#selection.value;
    if (selection === null) return;
    const { layers } = snapshot;
    const { kind, name, side } = layers[selection.layer];
    const { row, column, value } = selectedValue(snapshot, selection);
    const unit = unitName(snapshot, selection.layer, selection.unit);
    const place = side > 1 ? ` ${inRegion(row, column, side)}` : '';
    const title = {
      input: `Input: ${Math.round(100 * value)} % ink${place}`,
      maps: `${name}, ${unit.toLowerCase()}: ${formatNumber(value)}${place}`,
      units: `${name}, ${unit.toLowerCase()}: ${formatNumber(value)}`,
      classes: `Class ${unit}: score ${formatNumber(value)}`,
    }[kind];
    setText(this.#title, title);
    setText(this.#caption, CAPTIONS[kind]);
    this.#map.show(snapshot, selection);
    this.#steps.replaceChildren(...stepsOf(snapshot, selection).map(stepElement));
    this.#stepper.update();
  }
}

const CAPTIONS = {
  input: 'Point at a pixel, or use the arrow keys.',
  maps: 'Point at a value, or use the arrow keys. The frames in the diagram mark what it depends on.',
  units: '',
  classes: '',
};

function stepElement({ title, contents }: Step): HTMLElement {
  return element('li', {}, element('h4', {}, title), ...contents);
}
