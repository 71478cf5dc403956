// A figure of a changed drawing: unchanged ink, added ink in orange, erased ink in blue.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { FigureCanvas } from '../figures/figureCanvas.js';
import { alphaTable, fillBackground, PixelCanvas } from '../figures/paint.js';
import { currentPalette, type Color } from '../figures/palette.js';

const MAX_INK = 255;

export class FlipFigure {
  readonly canvas: HTMLCanvasElement;
  readonly #figure: FigureCanvas;
  readonly #pixels = new PixelCanvas(IMAGE_SIDE, IMAGE_SIDE);
  #start: Uint8Array = new Uint8Array(0);
  #image: Uint8Array = new Uint8Array(0);

  constructor() {
    this.#figure = new FigureCanvas('gradients', (context, width) => {
      const { background, ink, added, erased } = currentPalette();
      fillBackground(context, background);
      context.imageSmoothingEnabled = false;
      const layers: readonly (readonly [Color, (before: number, after: number) => number])[] = [
        [ink, Math.min],
        [added, (before, after) => after - before],
        [erased, (before, after) => before - after],
      ];
      for (const [color, amount] of layers) {
        const strengths = Array.from(this.#image, (after, i) => amount(this.#start[i], after));
        this.#pixels.fill(
          strengths.map((value) => value / MAX_INK),
          alphaTable(color),
        );
        context.drawImage(this.#pixels.canvas, 0, 0, width, width);
      }
    });
    this.canvas = this.#figure.canvas;
  }

  /** @param start the drawing @param image the changed drawing, [28, 28], 0 paper, 255 ink */
  show(start: Uint8Array, image: Uint8Array, description: string): void {
    this.#start = start;
    this.#image = image;
    this.#figure.describe(description);
    this.#figure.paint();
  }

  paint(): void {
    this.#figure.paint();
  }
}
