// The mistakes of the network: confusion matrix, images of the open cell, accuracy per class.

import { element } from '../ui/dom.js';
import { CellView } from './cellView.js';
import { Confusion, type Cell } from './confusion.js';
import { percent } from '../../evaluation/percent.js';
import { Matrix } from './matrix.js';
import type { ValidationImages } from './protocol.js';

export class Mistakes {
  readonly element: HTMLElement;
  readonly #matrix = new Matrix((cell) => this.#open(cell));
  readonly #cellView = new CellView((cell) => this.#matrix.open(cell));
  readonly #classes = element('ul', { className: 'class-accuracies' });
  #confusion: Confusion | null = null;
  #validation: ValidationImages | null = null;
  #names: readonly string[] = [];

  constructor() {
    this.element = element(
      'section',
      { className: 'mistakes', hidden: true },
      element('h3', {}, 'What it confuses'),
      element(
        'p',
        { className: 'soft' },
        'Validation set. Rows: true character. Columns: prediction. The diagonal is correct. Bars: accuracy of each character. ' +
          'Open a cell to see its images.',
      ),
      element(
        'div',
        { className: 'mistakes-columns' },
        this.#matrix.element,
        this.#cellView.element,
      ),
      element('details', {}, element('summary', {}, 'Accuracy of each character'), this.#classes),
    );
  }

  /** Resets the view for a new run. */
  reset(): void {
    this.element.hidden = true;
    this.#confusion = this.#validation = null;
    this.#cellView.update(null, null);
    this.#matrix.show(null);
  }

  /** Sets the validation images of the run. */
  setValidation(names: readonly string[], validation: ValidationImages): void {
    this.#names = names;
    this.#validation = validation;
  }

  /** Sets an epoch's predictions for the validation images. */
  update(predictions: Uint8Array): void {
    const validation = this.#validation;
    if (validation === null) return;
    const confusion = new Confusion(this.#names, validation.labels, predictions);
    this.#confusion = confusion;
    this.element.hidden = false;
    this.#matrix.show(confusion);
    this.#cellView.update(confusion, validation);
    this.#classes.replaceChildren(
      ...this.#names.map((name, label) => {
        const total = confusion.total(label);
        const accuracy =
          total === 0 ? 'no images' : percent(confusion.fraction({ label, predicted: label }), 1);
        return element('li', {}, element('strong', {}, name), ` ${accuracy}`);
      }),
    );
  }

  #open(cell: Cell): void {
    if (this.#confusion !== null && this.#validation !== null) {
      this.#cellView.show(cell, this.#confusion, this.#validation);
    }
  }
}
