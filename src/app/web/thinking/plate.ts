// A canvas that is as sharp as the screen: it has the pixels of the place that the style sheet gives it, and is painted anew when
// that changes. Imports the helpers for elements.

import { element } from '../ui/dom.js';

/** Paints on a canvas of `width` x `height` device pixels, all of which it covers. */
export type Painter = (context: CanvasRenderingContext2D, width: number, height: number) => void;

export class Plate {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #paint: Painter;

  /** @param className gives it a size */
  constructor(className: string, paint: Painter) {
    this.canvas = element('canvas', { className: `plate ${className}`, role: 'img' });
    this.#context = this.canvas.getContext('2d')!;
    this.#paint = paint;
    new ResizeObserver(() => this.#fit()).observe(this.canvas);
  }

  /** What people hear of the picture. */
  describe(text: string): void {
    if (this.canvas.ariaLabel !== text) this.canvas.ariaLabel = text;
  }

  paint(): void {
    const { width, height } = this.canvas;
    if (width > 0 && height > 0) this.#paint(this.#context, width, height);
  }

  #fit(): void {
    const width = Math.round(this.canvas.clientWidth * devicePixelRatio);
    const height = Math.round(this.canvas.clientHeight * devicePixelRatio);
    if (width === this.canvas.width && height === this.canvas.height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.paint();
  }
}
