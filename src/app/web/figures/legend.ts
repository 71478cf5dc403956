// The legend of marks: the meaning of their shapes and sizes.

import { element } from '../ui/dom.js';
import { currentPalette } from './palette.js';
import { paintMarks } from './paint.js';
import { FigureCanvas } from './figureCanvas.js';

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
