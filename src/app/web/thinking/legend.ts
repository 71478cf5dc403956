// Legends of the figures: the meaning of their colors and mark sizes.

import { element } from '../ui/dom.js';
import { currentPalette } from './palette.js';
import { paintMarks } from './paint.js';
import { Plate } from './plate.js';

/** A color bar from 0 to the strongest activation, with the current maximum. */
export class RampLegend {
  readonly root: HTMLElement;
  readonly #plate: Plate;
  readonly #strongest = element('span', { className: 'strongest' }, '–');

  constructor() {
    this.#plate = new Plate('ramp', (context, width, height) => {
      const gradient = context.createLinearGradient(0, 0, width, 0);
      const { ramp } = currentPalette();
      ramp.forEach(([red, green, blue], i) =>
        gradient.addColorStop(i / (ramp.length - 1), `rgb(${red} ${green} ${blue})`),
      );
      context.fillStyle = gradient;
      context.fillRect(0, 0, width, height);
    });
    this.#plate.describe('Color scale, from silent to strongest');
    this.root = element(
      'div',
      { className: 'legend' },
      element('span', {}, 'silent 0'),
      this.#plate.canvas,
      this.#strongest,
    );
  }

  show(strongest: string): void {
    if (this.#strongest.textContent !== strongest) this.#strongest.textContent = strongest;
  }

  paint(): void {
    this.#plate.paint();
  }
}

/** Discs and squares of growing size, with their meanings. */
export class MarkLegend {
  readonly root: HTMLElement;
  readonly #plates: readonly Plate[];

  constructor(more: string, less: string) {
    this.#plates = [1, -1].map((sign) => {
      const plate = new Plate('marks', (context, width, height) => {
        context.clearRect(0, 0, width, height);
        [0.2, 0.5, 1].forEach((size, at) =>
          paintMarks(
            context,
            { values: [sign * size], side: 1, largest: 1 },
            currentPalette(),
            height * 0.9,
            at * height,
            height * 0.05,
          ),
        );
      });
      plate.canvas.role = 'presentation';
      return plate;
    });
    const row = (plate: Plate, text: string): HTMLElement =>
      element('span', {}, plate.canvas, ` ${text}`);
    this.root = element(
      'p',
      { className: 'legend' },
      row(this.#plates[0], more),
      row(this.#plates[1], less),
    );
  }

  paint(): void {
    for (const plate of this.#plates) plate.paint();
  }
}
