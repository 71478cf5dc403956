// A chart as a list of shapes, in drawing order. paint.ts turns it into pixels for a PNG file, svg.ts
// into SVG for a page.
//
// A coordinate is the center of a pixel: the line from (2, 5) to (9, 5) with thickness 1 fills
// exactly the pixels 2 to 9 of row 5.

import { ArgumentError } from '../../engine/errors.js';
import { INK, WHITE, type Color } from './color.js';

export interface TextOptions {
  readonly color?: Color;
  /** Size; at 1, capitals are 8 pixels tall. Default 1. */
  readonly scale?: number;
  /** Which part of the text is at `x` (at `y` for vertical text). Default `left`. */
  readonly align?: 'left' | 'center' | 'right';
  /**
   * Rotated 90 degrees counterclockwise, so it runs from bottom to top; `left` then means that the
   * text starts at `y`.
   */
  readonly vertical?: boolean;
}

interface Position {
  readonly x: number;
  readonly y: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A box of whole pixels whose top left pixel is (x, y); `thickness` 0: filled. */
export interface RectShape extends Position, Size {
  readonly kind: 'rect';
  readonly color: Color;
  /** Of the outline, which is inside the box. */
  readonly thickness: number;
}

/** A straight line with round ends. */
export interface LineShape {
  readonly kind: 'line';
  readonly from: Position;
  readonly to: Position;
  readonly color: Color;
  readonly thickness: number;
}

/** A filled disc. */
export interface DiscShape extends Position {
  readonly kind: 'disc';
  readonly radius: number;
  readonly color: Color;
  readonly opacity: number;
}

/** One line of text whose top edge is at `y` (vertical text: whose left edge is at `x`). */
export interface TextShape extends Position, Required<TextOptions> {
  readonly kind: 'text';
  readonly text: string;
  /** Color of an outline, so that the text is legible on any background; null: none. */
  readonly edge: Color | null;
}

/** A gray image, 0 = paper, 255 = ink, drawn dark on white. */
export interface ImageShape extends Position, Size {
  readonly kind: 'image';
  /** `[height, width]`. */
  readonly pixels: Uint8Array;
  /** Pixels of the drawing per pixel of the image. */
  readonly scale: number;
}

/** Another drawing, whose top left pixel goes to (x, y). */
export interface InsetShape extends Position {
  readonly kind: 'inset';
  readonly drawing: Drawing;
}

export type Shape = RectShape | LineShape | DiscShape | TextShape | ImageShape | InsetShape;

const MAX_SIDE = 20_000;

/**
 * A white drawing with its origin at the top left.
 *
 * @throws ArgumentError if a side is not a whole number from 1 to 20,000
 */
export class Drawing {
  readonly width: number;
  readonly height: number;
  readonly #shapes: Shape[] = [];

  constructor(width: number, height: number) {
    for (const side of [width, height]) {
      if (!Number.isSafeInteger(side) || side < 1 || side > MAX_SIDE) {
        throw new ArgumentError(
          `drawing: sides must be whole numbers from 1 to 20,000, got ${width} x ${height}`,
        );
      }
    }
    this.width = width;
    this.height = height;
  }

  /** In drawing order. */
  get shapes(): readonly Shape[] {
    return this.#shapes;
  }

  /** Fills a box of whole pixels whose top left pixel is (x, y). */
  fillRect(x: number, y: number, width: number, height: number, color: Color): void {
    this.#shapes.push({ kind: 'rect', x, y, width, height, color, thickness: 0 });
  }

  /** Draws the outline of a box, inside it. */
  strokeRect(
    x: number,
    y: number,
    width: number,
    height: number,
    color: Color,
    thickness = 1,
  ): void {
    this.#shapes.push({ kind: 'rect', x, y, width, height, color, thickness });
  }

  /** Draws a straight line with round ends. */
  line(x0: number, y0: number, x1: number, y1: number, color: Color, thickness = 1): void {
    const from = { x: x0, y: y0 };
    const to = { x: x1, y: y1 };
    this.#shapes.push({ kind: 'line', from, to, color, thickness });
  }

  /** Fills a disc; with `opacity` below 1 the background shows through. */
  disc(x: number, y: number, radius: number, color: Color, opacity = 1): void {
    this.#shapes.push({ kind: 'disc', x, y, radius, color, opacity });
  }

  /** Draws one line of text. */
  text(x: number, y: number, text: string, options: TextOptions = {}): void {
    this.#addText(x, y, text, options, null);
  }

  /** Draws text with a light outline, so that it is legible on any background. */
  outlinedText(x: number, y: number, text: string, options: TextOptions = {}): void {
    this.#addText(x, y, text, options, WHITE);
  }

  #addText(x: number, y: number, text: string, options: TextOptions, edge: Color | null): void {
    const { color = INK, scale = 1, align = 'left', vertical = false } = options;
    this.#shapes.push({ kind: 'text', x, y, text, color, scale, align, vertical, edge });
  }

  /**
   * Draws a gray image, 0 = paper, 255 = ink, dark on white.
   *
   * @throws ArgumentError if the number of pixels does not match the size
   */
  image(x: number, y: number, pixels: Uint8Array, { width, height }: Size, scale = 1): void {
    if (pixels.length !== width * height) {
      throw new ArgumentError(
        `drawing: an image of ${width} x ${height} takes ${width * height} bytes, got ` +
          `${pixels.length}`,
      );
    }
    this.#shapes.push({ kind: 'image', x, y, pixels, width, height, scale });
  }

  /** Adds another drawing; its top left pixel goes to (x, y). */
  inset(x: number, y: number, drawing: Drawing): void {
    this.#shapes.push({ kind: 'inset', x, y, drawing });
  }
}
