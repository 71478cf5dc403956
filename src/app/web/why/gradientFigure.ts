// A figure of gradients with respect to the pixels: a drawing with marks for the size and sign at each pixel.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { element, setText } from '../ui/dom.js';
import {
  fillBackground,
  largestOf,
  paintDrawing,
  paintMarks,
  PixelCanvas,
} from '../figures/paint.js';
import { currentPalette } from '../figures/palette.js';
import { FigureCanvas } from '../figures/figureCanvas.js';
import { describeGradients } from '../figures/captionText.js';

/** A drawing with marks, a title above and a caption below. */
export class GradientFigure {
  readonly root: HTMLElement;
  readonly #title = element('h4');
  readonly #caption = element('p', { className: 'caption' });
  readonly #figure: FigureCanvas;
  readonly #drawingPixels = new PixelCanvas(IMAGE_SIDE, IMAGE_SIDE);
  #image: Uint8Array | null = null;
  #values: ArrayLike<number> = [];

  /** @param extra elements between canvas and caption */
  constructor(name: string, ...extra: readonly HTMLElement[]) {
    this.#figure = new FigureCanvas('gradients', (context, width) => {
      const palette = currentPalette();
      fillBackground(context, palette.background);
      if (this.#image === null) return;
      paintDrawing(context, this.#drawingPixels, this.#image, width);
      paintMarks(
        context,
        { values: this.#values, side: IMAGE_SIDE, largest: largestOf(this.#values) },
        palette,
        width,
      );
    });
    this.root = element(
      'figure',
      { className: name },
      this.#title,
      this.#figure.canvas,
      ...extra,
      this.#caption,
    );
  }

  show(title: string, caption: string, image: Uint8Array | null, values: ArrayLike<number>): void {
    this.#image = image;
    this.#values = values;
    setText(this.#title, title);
    setText(this.#caption, caption);
    this.#figure.describe(
      image === null
        ? `${title}: nothing is drawn yet`
        : `${title}. ${describeGradients(values, IMAGE_SIDE)}`,
    );
    this.#figure.paint();
  }
}
