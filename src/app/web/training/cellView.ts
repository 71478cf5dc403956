// The images of one cell of the confusion matrix, and buttons for the most frequent mistakes.

import { element } from '../ui/dom.js';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { Cell, Confusion } from './confusion.js';
import type { ValidationImages } from './protocol.js';

/** Maximum number of images shown. */
const MAX_IMAGES_SHOWN = 48;
const MAX_MISTAKES = 10;

export class CellView {
  readonly element: HTMLElement;
  readonly #heading = element('h4', { tabIndex: -1 }, 'Images of a cell');
  readonly #note = element(
    'p',
    { className: 'soft' },
    'Open a cell of the matrix to see its images.',
  );
  readonly #images = element('ul', { className: 'cell-images' });
  readonly #mistakes = element('ul', { className: 'worst' });
  readonly #onOpen: (cell: Cell) => void;
  #cell: Cell | null = null;

  /** @param onOpen called with the cell of the chosen mistake */
  constructor(onOpen: (cell: Cell) => void) {
    this.#onOpen = onOpen;
    this.element = element(
      'div',
      { className: 'cell' },
      element('div', {}, this.#heading, this.#note, this.#images),
      element('div', {}, element('h4', {}, 'Most frequent mistakes'), this.#mistakes),
    );
  }

  /** Shows the predictions of a later epoch; the open cell stays open. */
  update(confusion: Confusion | null, validation: ValidationImages | null): void {
    const mistakes = confusion?.mostFrequentMistakes(MAX_MISTAKES) ?? [];
    this.#mistakes.replaceChildren(
      ...mistakes.map(({ cell, pair }) => {
        const text = `${pair.label} read as ${pair.read}: ${pair.count}`;
        const button = element('button', { type: 'button', className: 'plain' }, text);
        button.addEventListener('click', () => this.#onOpen(cell));
        return element('li', {}, button);
      }),
    );
    if (mistakes.length === 0) {
      this.#mistakes.append(
        element('li', { className: 'soft' }, confusion === null ? 'None yet.' : 'None at all.'),
      );
    }
    if (confusion === null || validation === null) this.#cell = null;
    if (this.#cell !== null) this.show(this.#cell, confusion!, validation!);
    else {
      this.#heading.textContent = 'Images of a cell';
      this.#note.textContent = 'Open a cell of the matrix to see its images.';
      this.#images.replaceChildren();
    }
  }

  show(cell: Cell, confusion: Confusion, { images }: ValidationImages): void {
    this.#cell = cell;
    const indices = confusion.images(cell);
    const [label, predicted] = [confusion.classes[cell.label], confusion.classes[cell.predicted]];
    this.#heading.textContent = confusion.describe(cell);
    this.#note.textContent =
      indices.length === 0
        ? 'No validation image is in this cell.'
        : indices.length > MAX_IMAGES_SHOWN
          ? `The first ${MAX_IMAGES_SHOWN} of them.`
          : label === predicted
            ? 'All predictions are correct.'
            : `They show ${label}; the network predicted ${predicted}.`;
    this.#images.replaceChildren(
      ...indices.slice(0, MAX_IMAGES_SHOWN).map((index) => {
        const canvas = drawImage(images.subarray(index * IMAGE_PIXELS, (index + 1) * IMAGE_PIXELS));
        canvas.role = 'img';
        canvas.ariaLabel = `Validation image ${index + 1}: shows ${label}, read as ${predicted}`;
        return element('li', {}, canvas);
      }),
    );
  }
}

/** An image as the network sees it: bright ink on black. */
function drawImage(image: Uint8Array): HTMLCanvasElement {
  const canvas = element('canvas', { width: IMAGE_SIDE, height: IMAGE_SIDE });
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(IMAGE_SIDE, IMAGE_SIDE);
  image.forEach((value, i) => pixels.data.set([value, value, value, 255], 4 * i));
  context.putImageData(pixels, 0, 0);
  return canvas;
}
