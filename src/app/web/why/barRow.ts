// One character with its probability as a bar.

import { percent } from '../prediction/verdict.js';
import { element, setText } from '../ui/dom.js';

export class BarRow {
  readonly root: HTMLElement;
  readonly #label = element('span', { className: 'label' });
  readonly #fill = element('span', { className: 'fill' });
  readonly #share = element('span', { className: 'share' });

  constructor(className = '') {
    const bar = element('span', { className: 'bar' }, this.#fill);
    this.root = element('div', { className }, this.#label, bar, this.#share);
  }

  show(label: string, probability: number): void {
    setText(this.#label, label);
    setText(this.#share, percent(probability));
    this.#fill.style.transform = `scaleX(${probability})`;
  }
}
