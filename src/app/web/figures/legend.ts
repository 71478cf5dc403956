// Legends of the figures: the meaning of their colors and mark sizes.

import { element } from '../ui/dom.js';
import { currentPalette } from './palette.js';
import { paintMarks } from './paint.js';
import { FigureCanvas } from './figureCanvas.js';

/** A color bar from 0 to the strongest activation, with the current maximum. */
export class RampLegend {
  readonly root: HTMLElement;
  readonly #figure: FigureCanvas;
  readonly #strongest = element('span', { className: 'strongest' }, '–');

  constructor() {
    this.#figure = new FigureCanvas('ramp', (context, width, height) => {
      const gradient = context.createLinearGradient(0, 0, width, 0);
      const { ramp } = currentPalette();
      ramp.forEach(([red, green, blue], i) =>
        gradient.addColorStop(i / (ramp.length - 1), `rgb(${red} ${green} ${blue})`),
      );
      context.fillStyle = gradient;
      context.fillRect(0, 0, width, height);
    });
    this.#figure.describe('Color scale, from silent to strongest');
    this.root = element(
      'div',
      { className: 'legend' },
      element('span', {}, 'silent 0'),
      this.#figure.canvas,
      this.#strongest,
    );
  }

  show(strongest: string): void {
    if (this.#strongest.textContent !== strongest) this.#strongest.textContent = strongest;
  }

  paint(): void {
    this.#figure.paint();
  }
}

/** Discs and squares of growing size, with their meanings. */
export class MarkLegend {
  readonly root: HTMLElement;
  readonly #figures: readonly FigureCanvas[];

  constructor(positiveLabel: string, negativeLabel: string) {
    this.#figures = [1, -1].map((sign) => {
      const figure = new FigureCanvas('marks', (context, width, height) => {
        context.clearRect(0, 0, width, height);
        [0.2, 0.5, 1].forEach((size, index) =>
          paintMarks(
            context,
            { values: [sign * size], side: 1, largest: 1 },
            currentPalette(),
            height * 0.9,
            index * height,
            height * 0.05,
          ),
        );
      });
      figure.canvas.role = 'presentation';
      return figure;
    });
    const row = (figure: FigureCanvas, text: string): HTMLElement =>
      element('span', {}, figure.canvas, ` ${text}`);
    this.root = element(
      'p',
      { className: 'legend' },
      row(this.#figures[0], positiveLabel),
      row(this.#figures[1], negativeLabel),
    );
  }

  paint(): void {
    for (const figure of this.#figures) figure.paint();
  }
}
