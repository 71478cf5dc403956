// One character with its probability as a bar and as a number. The style sheet of its list sets the layout.

import { element, setText } from '../ui/dom.js';
import { percent } from './verdict.js';

export class BarRow {
  readonly root: HTMLElement;
  readonly #label = element('span', { className: 'label' });
  readonly #fill = element('span', { className: 'fill' });
  readonly #share = element('span', { className: 'share' });

  /** @param name of the row's element */
  constructor(name: 'li' | 'div', className = '') {
    const bar = element('span', { className: 'bar' }, this.#fill);
    this.root = element(name, { className }, this.#label, bar, this.#share);
  }

  /** @param probability null: an empty bar without a number */
  show(label: string, probability: number | null): void {
    setText(this.#label, label);
    setText(this.#share, probability === null ? '' : percent(probability));
    this.#fill.style.transform = `scaleX(${probability ?? 0})`;
  }
}
