// A figure of gradients with respect to the pixels: a drawing with marks for the size and sign at each pixel.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { element } from '../ui/dom.js';
import { clear, fade, largestOf, paintMarks, Stamp } from './paint.js';
import { currentPalette } from './palette.js';
import { Plate } from './plate.js';
import { describeGradients } from './captionText.js';

/** A drawing with marks, a title above and a caption below. */
export class GradientFigure {
  readonly root: HTMLElement;
  readonly #title = element('h4');
  readonly #caption = element('p', { className: 'caption' });
  readonly #plate: Plate;
  readonly #drawing = new Stamp(IMAGE_SIDE, IMAGE_SIDE);
  #image: Uint8Array | null = null;
  #values: ArrayLike<number> = [];

  /** @param below elements between canvas and caption */
  constructor(name: string, ...below: readonly HTMLElement[]) {
    this.#plate = new Plate('gradients', (context, width) => {
      const palette = currentPalette();
      clear(context, palette.ground);
      if (this.#image === null) return;
      paintDrawing(context, this.#drawing, this.#image, width);
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
      this.#plate.canvas,
      ...below,
      this.#caption,
    );
  }

  show(title: string, caption: string, image: Uint8Array | null, values: ArrayLike<number>): void {
    this.#image = image;
    this.#values = values;
    write(this.#title, title);
    write(this.#caption, caption);
    this.#plate.describe(
      image === null
        ? `${title}: nothing is drawn yet`
        : `${title}. ${describeGradients(values, IMAGE_SIDE)}`,
    );
    this.#plate.paint();
  }
}

/** Paints a 28 x 28 image in a muted color, enlarged to a square. */
export function paintDrawing(
  context: CanvasRenderingContext2D,
  stamp: Stamp,
  image: Uint8Array,
  extent: number,
): void {
  stamp.fill(
    Array.from(image, (ink) => ink / 255),
    fade(currentPalette().drawing),
  );
  context.imageSmoothingEnabled = false;
  context.drawImage(stamp.canvas, 0, 0, extent, extent);
}

/** Sets a text if it differs, which avoids needless layout. */
export function write(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
