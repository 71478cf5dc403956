// A canvas at the screen's resolution: it matches its CSS size in device pixels and repaints when that changes.

import { element } from '../ui/dom.js';

/** Paints the whole canvas of `width` x `height` device pixels. */
export type PaintFunction = (
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
) => void;

export class FigureCanvas {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #paint: PaintFunction;

  /** @param className sets the size in the style sheet */
  constructor(className: string, paint: PaintFunction) {
    this.canvas = element('canvas', { className: `figure-canvas ${className}`, role: 'img' });
    this.#context = this.canvas.getContext('2d')!;
    this.#paint = paint;
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
  }

  /** Sets the accessible description. */
  describe(text: string): void {
    if (this.canvas.ariaLabel !== text) this.canvas.ariaLabel = text;
  }

  paint(): void {
    const { width, height } = this.canvas;
    if (width > 0 && height > 0) this.#paint(this.#context, width, height);
  }

  #resize(): void {
    const width = Math.round(this.canvas.clientWidth * devicePixelRatio);
    const height = Math.round(this.canvas.clientHeight * devicePixelRatio);
    if (width === this.canvas.width && height === this.canvas.height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.paint();
  }
}
