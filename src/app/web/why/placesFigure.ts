// A drawing with marks for the size and sign of a number at each of 14 x 14 places.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { describeGradients } from '../figures/captionText.js';
import { FigureCanvas } from '../figures/figureCanvas.js';
import {
  fillBackground,
  largestOf,
  paintDrawing,
  paintMarks,
  PixelCanvas,
} from '../figures/paint.js';
import { currentPalette } from '../figures/palette.js';
import { element, setText } from '../ui/dom.js';
import { PLACES_SIDE } from './dabEffects.js';

/** The drawing with marks, a title above and a caption below. */
export class PlacesFigure {
  readonly root: HTMLElement;
  readonly #title: string;
  readonly #caption = element('p', { className: 'caption' });
  readonly #figure: FigureCanvas;
  readonly #drawingPixels = new PixelCanvas(IMAGE_SIDE, IMAGE_SIDE);
  #image: Uint8Array | null = null;
  #values: ArrayLike<number> = [];

  /** @param extra elements between canvas and caption */
  constructor(name: string, title: string, ...extra: readonly HTMLElement[]) {
    this.#title = title;
    this.#figure = new FigureCanvas('gradients', (context, width) => {
      const palette = currentPalette();
      fillBackground(context, palette.background);
      if (this.#image === null) return;
      paintDrawing(context, this.#drawingPixels, this.#image, width);
      const marks = {
        values: this.#values,
        side: PLACES_SIDE,
        largest: largestOf(this.#values),
      };
      const shift = -width / IMAGE_SIDE / 2; // a place is a pixel, not the middle of a square of four
      paintMarks(context, marks, palette, width, shift, shift);
    });
    this.root = element(
      'figure',
      { className: name },
      element('h4', {}, title),
      this.#figure.canvas,
      ...extra,
      this.#caption,
    );
  }

  show(caption: string, image: Uint8Array, values: ArrayLike<number>): void {
    this.#image = image;
    this.#values = values;
    setText(this.#caption, caption);
    this.#figure.describe(`${this.#title}. ${describeGradients(values, PLACES_SIDE)}`);
    this.#figure.paint();
  }
}
