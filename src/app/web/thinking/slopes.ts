// A drawing with marks upon it: which pixels matter to a number, and which way. Imports the helpers for elements, painting.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { element } from '../ui/dom.js';
import { clear, fade, largestOf, paintMarks, Stamp } from './paint.js';
import { currentPalette } from './palette.js';
import { Plate } from './plate.js';
import { describeSlopes } from './words.js';

/** Marks upon a drawing, with a title above and a sentence below. */
export class SlopePicture {
  readonly root: HTMLElement;
  readonly #title = element('h4');
  readonly #caption = element('p', { className: 'caption' });
  readonly #plate: Plate;
  readonly #drawing = new Stamp(IMAGE_SIDE, IMAGE_SIDE);
  #image: Uint8Array | null = null;
  #values: ArrayLike<number> = [];

  /** @param below goes between picture and sentence */
  constructor(name: string, ...below: readonly HTMLElement[]) {
    this.#plate = new Plate('slopes', (context, width) => {
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
      image === null ? `${title}: nothing is drawn yet` : `${title}. ${describeSlopes(values, IMAGE_SIDE)}`,
    );
    this.#plate.paint();
  }
}

/** The 28 x 28 pixels, quietly, enlarged to a square. */
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

/** Changes a text only if it is another: the page has nothing to do for one that stays. */
export function write(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
