// One row of the filter view: an input channel with the receptive field framed, the kernel for it, and its contribution.

import { element } from '../ui/dom.js';
import { KERNEL_SIDE } from './filters.js';
import { clear, paintMarks, Stamp } from './paint.js';
import { currentPalette, rampTable } from './palette.js';
import { Plate } from './plate.js';
import { write } from './gradients.js';

export interface Feed {
  readonly name: string;
  readonly adds: string;
  /** [3, 3] */
  readonly kernel: ArrayLike<number>;
  /** The absolute value whose mark fills its cell of the kernel. */
  readonly largest: number;
  /** [side, side], at least 0 */
  readonly source: ArrayLike<number>;
  readonly side: number;
  /** Center of the receptive field. */
  readonly at: { readonly row: number; readonly column: number };
}

export class FeedRow {
  readonly root: HTMLElement;
  readonly #source: Plate;
  readonly #kernel: Plate;
  readonly #name = element('span', { className: 'name' });
  readonly #adds = element('strong');
  readonly #stamps = new Map<number, Stamp>();
  #feed: Feed | null = null;

  constructor() {
    this.#source = new Plate('source', (context, width) => this.#paintSource(context, width));
    this.#kernel = new Plate('kernel', (context, width) => this.#paintKernel(context, width));
    this.root = element(
      'p',
      { className: 'input-channel' },
      this.#source.canvas,
      this.#kernel.canvas,
      element('span', {}, this.#name, ' adds ', this.#adds),
    );
    this.root.hidden = true;
  }

  show(feed: Feed | null): void {
    this.#feed = feed;
    this.root.hidden = feed === null;
    if (feed === null) return;
    write(this.#name, feed.name);
    write(this.#adds, feed.adds);
    this.#source.describe(`${feed.name}, with a frame where the kernel lies`);
    this.#kernel.describe(
      `Kernel, row by row: ${Array.from(feed.kernel, (weight) => weight.toFixed(2)).join(', ')}`,
    );
    this.#source.paint();
    this.#kernel.paint();
  }

  #paintSource(context: CanvasRenderingContext2D, width: number): void {
    const palette = currentPalette();
    clear(context, palette.ground);
    if (this.#feed === null) return;
    const { source, side, at } = this.#feed;
    const strongest = Math.max(...Array.from(source), Number.MIN_VALUE);
    if (!this.#stamps.has(side)) this.#stamps.set(side, new Stamp(side, side));
    const stamp = this.#stamps.get(side)!;
    stamp.fill(
      Array.from(source, (value) => value / strongest),
      rampTable(palette.ramp),
    );
    context.imageSmoothingEnabled = false;
    context.drawImage(stamp.canvas, 0, 0, width, width);
    const cell = width / side;
    context.strokeStyle = palette.mark;
    context.lineWidth = Math.max(1.5, width / 40);
    context.strokeRect(
      (at.column - 1) * cell,
      (at.row - 1) * cell,
      KERNEL_SIDE * cell,
      KERNEL_SIDE * cell,
    );
  }

  #paintKernel(context: CanvasRenderingContext2D, width: number): void {
    const palette = currentPalette();
    clear(context, palette.ground);
    if (this.#feed === null) return;
    paintMarks(
      context,
      { values: this.#feed.kernel, side: KERNEL_SIDE, largest: this.#feed.largest },
      palette,
      width,
    );
  }
}
