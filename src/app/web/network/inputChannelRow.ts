// One row of the filter view: an input channel with the receptive field framed, the kernel for it, and its contribution.

import { element, setText } from '../ui/dom.js';
import { KERNEL_SIDE } from './filters.js';
import { fillBackground, paintMarks, PixelCanvas } from '../figures/paint.js';
import { currentPalette, rampTable } from '../figures/palette.js';
import { FigureCanvas } from '../figures/figureCanvas.js';

export interface InputChannel {
  readonly name: string;
  readonly contribution: string;
  /** [3, 3] */
  readonly kernel: ArrayLike<number>;
  /** The absolute value whose mark fills its cell of the kernel. */
  readonly maxWeight: number;
  /** [side, side], at least 0 */
  readonly source: ArrayLike<number>;
  readonly side: number;
  /** Center of the receptive field. */
  readonly center: { readonly row: number; readonly column: number };
}

export class InputChannelRow {
  readonly root: HTMLElement;
  readonly #source: FigureCanvas;
  readonly #kernel: FigureCanvas;
  readonly #name = element('span', { className: 'name' });
  readonly #contribution = element('strong');
  readonly #pixelCanvases = new Map<number, PixelCanvas>();
  #channel: InputChannel | null = null;

  constructor() {
    this.#source = new FigureCanvas('source', (context, width) =>
      this.#paintSource(context, width),
    );
    this.#kernel = new FigureCanvas('kernel', (context, width) =>
      this.#paintKernel(context, width),
    );
    this.root = element(
      'p',
      { className: 'input-channel' },
      this.#source.canvas,
      this.#kernel.canvas,
      element('span', {}, this.#name, ' adds ', this.#contribution),
    );
    this.root.hidden = true;
  }

  show(channel: InputChannel | null): void {
    this.#channel = channel;
    this.root.hidden = channel === null;
    if (channel === null) return;
    setText(this.#name, channel.name);
    setText(this.#contribution, channel.contribution);
    this.#source.describe(`${channel.name}, with a frame where the kernel lies`);
    this.#kernel.describe(
      `Kernel, row by row: ${Array.from(channel.kernel, (weight) => weight.toFixed(2)).join(', ')}`,
    );
    this.#source.paint();
    this.#kernel.paint();
  }

  #paintSource(context: CanvasRenderingContext2D, width: number): void {
    const palette = currentPalette();
    fillBackground(context, palette.background);
    if (this.#channel === null) return;
    const { source, side, center } = this.#channel;
    const maximum = Math.max(...Array.from(source), Number.MIN_VALUE);
    if (!this.#pixelCanvases.has(side)) this.#pixelCanvases.set(side, new PixelCanvas(side, side));
    const pixelCanvas = this.#pixelCanvases.get(side)!;
    pixelCanvas.fill(
      Array.from(source, (value) => value / maximum),
      rampTable(palette.ramp),
    );
    context.imageSmoothingEnabled = false;
    context.drawImage(pixelCanvas.canvas, 0, 0, width, width);
    const cell = width / side;
    context.strokeStyle = palette.outline;
    context.lineWidth = Math.max(1.5, width / 40);
    context.strokeRect(
      (center.column - 1) * cell,
      (center.row - 1) * cell,
      KERNEL_SIDE * cell,
      KERNEL_SIDE * cell,
    );
  }

  #paintKernel(context: CanvasRenderingContext2D, width: number): void {
    const palette = currentPalette();
    fillBackground(context, palette.background);
    if (this.#channel === null) return;
    paintMarks(
      context,
      { values: this.#channel.kernel, side: KERNEL_SIDE, largest: this.#channel.maxWeight },
      palette,
      width,
    );
  }
}
