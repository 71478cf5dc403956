// Painting of arrays on a canvas: drawings, feature maps, and Hinton diagrams (marks as wide as a value is large).

import { cssColor, currentPalette, type Color, type Palette } from './palette.js';

/** A small offscreen canvas, from which pixels are drawn enlarged. */
export class PixelCanvas {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #pixels: ImageData;

  constructor(width: number, height: number) {
    this.canvas = document.createElement('canvas');
    this.canvas.width = width;
    this.canvas.height = height;
    this.#context = this.canvas.getContext('2d')!;
    this.#pixels = this.#context.createImageData(width, height);
  }

  /** Sets the pixels. @param strengths 0..1, row by row. @param table red, green, blue, alpha for each of 256 strengths */
  fill(strengths: ArrayLike<number>, table: Uint8ClampedArray): void {
    const { data } = this.#pixels;
    for (let i = 0; i < strengths.length; i++) {
      const entry = 4 * Math.round(255 * Math.min(1, Math.max(0, strengths[i])));
      data[4 * i] = table[entry];
      data[4 * i + 1] = table[entry + 1];
      data[4 * i + 2] = table[entry + 2];
      data[4 * i + 3] = table[entry + 3];
    }
    this.#context.putImageData(this.#pixels, 0, 0);
  }
}

/** Fills the canvas with one color. */
export function fillBackground(context: CanvasRenderingContext2D, color: Color): void {
  context.fillStyle = cssColor(color);
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}

/** A table of 256 strengths from transparent to opaque, in one color. */
export function alphaTable([red, green, blue]: Color): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 4 * 256 }, (_, i) => [red, green, blue, i >> 2][i & 3]);
}

export interface Marks {
  readonly values: ArrayLike<number>;
  /** Side length of the square of values. */
  readonly side: number;
  /** The absolute value whose mark fills its cell. */
  readonly largest: number;
}

/** Marks smaller than this fraction of a cell are not drawn. */
const MIN_MARK = 0.12;

/** Draws positive values as discs and negative ones as squares, with widths proportional to the absolute values. */
export function paintMarks(
  context: CanvasRenderingContext2D,
  { values, side, largest }: Marks,
  palette: Palette,
  extent: number,
  left = 0,
  top = 0,
): void {
  if (largest <= 0) return;
  const cell = extent / side;
  const discs = new Path2D();
  const squares = new Path2D();
  for (let i = 0; i < values.length; i++) {
    const width = Math.min(1, Math.abs(values[i]) / largest); // as a fraction of a cell
    if (width < MIN_MARK) continue;
    const x = left + ((i % side) + 0.5) * cell;
    const y = top + (Math.floor(i / side) + 0.5) * cell;
    if (values[i] > 0) {
      const radius = 0.56 * width * cell;
      discs.moveTo(x + radius, y);
      discs.arc(x, y, radius, 0, 2 * Math.PI);
    } else {
      const half = 0.48 * width * cell;
      squares.rect(x - half, y - half, 2 * half, 2 * half);
    }
  }
  context.fillStyle = palette.positive;
  context.fill(discs);
  context.fillStyle = palette.negative;
  context.fill(squares);
}

/** The largest absolute value. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

/** Paints a 28 x 28 image in a muted color, enlarged to a square. */
export function paintDrawing(
  context: CanvasRenderingContext2D,
  pixelCanvas: PixelCanvas,
  image: Uint8Array,
  extent: number,
): void {
  pixelCanvas.fill(
    Array.from(image, (ink) => ink / 255),
    alphaTable(currentPalette().drawing),
  );
  context.imageSmoothingEnabled = false;
  context.drawImage(pixelCanvas.canvas, 0, 0, extent, extent);
}
