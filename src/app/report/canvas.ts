// A picture in memory: red, green and blue bytes, and the few ways to draw that charts need. Lines and discs have
// soft edges. Writes no files (png.ts does). Imports the font and the colors.
//
// A coordinate means the middle of a pixel: the line from (2, 5) to (9, 5) of thickness 1 fills just the pixels 2 to 9
// of row 5. What lies outside the picture is not drawn.

import { ArgumentError } from '../../engine/errors.js';
import { INK, WHITE, type Color } from './color.js';
import { GLYPH_ROWS, textWidth, traceText } from './font.js';

export type { Color } from './color.js';

export interface TextOptions {
  readonly color?: Color;
  /** Pixels a dot of the font takes: 1 is 8 pixels tall capitals. Default 1. */
  readonly scale?: number;
  /** What `x` is to the text (`y`, if it is vertical). Default `left`. */
  readonly align?: 'left' | 'center' | 'right';
  /** Turned a quarter to the left, to be read from below to above; `left` then means that it starts at `y`. */
  readonly vertical?: boolean;
}

/** A picture with its origin at the top left. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row: `[height, width, 3]`. */
  readonly pixels: Uint8Array;

  constructor(width: number, height: number, background: Color = WHITE) {
    for (const side of [width, height]) {
      if (!Number.isSafeInteger(side) || side < 1 || side > 20_000) {
        throw new ArgumentError(
          `canvas: sides must be whole numbers from 1 to 20,000, got ${width} x ${height}`,
        );
      }
    }
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
    this.fillRect(0, 0, width, height, background);
  }

  /** The color of a pixel inside the picture. */
  at(x: number, y: number): Color {
    const i = 3 * (y * this.width + x);
    return [this.pixels[i], this.pixels[i + 1], this.pixels[i + 2]];
  }

  /** Lays a color over one pixel; `cover` 1 hides what was there, 0 changes nothing. */
  blend(x: number, y: number, color: Color, cover = 1): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height || cover <= 0) return;
    const i = 3 * (y * this.width + x);
    const share = Math.min(1, cover);
    for (let channel = 0; channel < 3; channel++) {
      const under = this.pixels[i + channel];
      this.pixels[i + channel] = Math.round(under + (color[channel] - under) * share);
    }
  }

  /** Fills a box of whole pixels whose top left pixel is (x, y). */
  fillRect(x: number, y: number, width: number, height: number, color: Color): void {
    const [left, top] = [Math.round(x), Math.round(y)];
    const [right, bottom] = [Math.round(x + width), Math.round(y + height)];
    for (let row = Math.max(0, top); row < Math.min(this.height, bottom); row++) {
      for (let column = Math.max(0, left); column < Math.min(this.width, right); column++) {
        const i = 3 * (row * this.width + column);
        this.pixels[i] = color[0];
        this.pixels[i + 1] = color[1];
        this.pixels[i + 2] = color[2];
      }
    }
  }

  /** Draws the outline of a box, inside it. */
  strokeRect(x: number, y: number, width: number, height: number, color: Color, thickness = 1): void {
    this.fillRect(x, y, width, thickness, color);
    this.fillRect(x, y + height - thickness, width, thickness, color);
    this.fillRect(x, y, thickness, height, color);
    this.fillRect(x + width - thickness, y, thickness, height, color);
  }

  /** Draws a straight line with round ends. */
  line(x0: number, y0: number, x1: number, y1: number, color: Color, thickness = 1): void {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const squaredLength = dx * dx + dy * dy;
    this.#cover(
      [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)],
      thickness / 2,
      color,
      (x, y) => {
        // How far along the line its nearest point is, from 0 to 1.
        const along = squaredLength === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / squaredLength;
        const t = Math.max(0, Math.min(1, along));
        return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
      },
    );
  }

  /** Fills a disc; `opacity` below 1 lets what is under it shine through. */
  disc(x: number, y: number, radius: number, color: Color, opacity = 1): void {
    this.#cover([x, y, x, y], radius, color, (px, py) => Math.hypot(px - x, py - y), opacity);
  }

  /** Colors the pixels no further than `radius` from a shape; those at its edge by the part that it covers. */
  #cover(
    [left, top, right, bottom]: readonly [number, number, number, number],
    radius: number,
    color: Color,
    distance: (x: number, y: number) => number,
    opacity = 1,
  ): void {
    const reach = radius + 1;
    if (![left, top, right, bottom, reach].every(Number.isFinite)) return;
    const lastX = Math.min(this.width - 1, Math.ceil(right + reach));
    const lastY = Math.min(this.height - 1, Math.ceil(bottom + reach));
    for (let y = Math.max(0, Math.floor(top - reach)); y <= lastY; y++) {
      for (let x = Math.max(0, Math.floor(left - reach)); x <= lastX; x++) {
        const cover = Math.min(1, radius + 0.5 - distance(x, y));
        if (cover > 0) this.blend(x, y, color, cover * opacity);
      }
    }
  }

  /** Writes one line of text whose top edge (left edge, if it is vertical) is at `y` (`x`). */
  text(x: number, y: number, text: string, options: TextOptions = {}): void {
    const { color = INK, scale = 1, align = 'left', vertical = false } = options;
    const length = textWidth(text, scale);
    const shift = Math.round(align === 'left' ? 0 : align === 'center' ? length / 2 : length);
    const [left, top] = [Math.round(x), Math.round(y)];
    // The pixel of the picture at (along, down) in the text.
    const paint = (along: number, down: number, cover: number): void => {
      if (vertical) this.blend(left + down, top + shift - 1 - along, color, cover);
      else this.blend(left - shift + along, top + down, color, cover);
    };
    traceText(
      text,
      (dotX, dotY) => {
        for (let i = 0; i < scale * scale; i++) {
          paint(dotX * scale + (i % scale), dotY * scale + Math.floor(i / scale), 1);
        }
      },
      (dotX, dotY, right, down) => {
        if (scale === 1) return;
        for (let i = 0; i < scale * scale; i++) {
          const [column, row] = [i % scale, Math.floor(i / scale)];
          // How far the pixel is from the corner that the two dots share; the diagonal itself is covered by half.
          const away = (right ? scale - 1 - column : column) + (down ? scale - 1 - row : row);
          const cover = away < scale - 1 ? 1 : away === scale - 1 ? 0.5 : 0;
          paint(dotX * scale + column, dotY * scale + row, cover);
        }
      },
    );
  }

  /** Writes text with a light edge round it, so that it can be read on anything. */
  outlinedText(
    x: number,
    y: number,
    text: string,
    options: TextOptions & { readonly edge?: Color } = {},
  ): void {
    const { edge = WHITE, scale = 1 } = options;
    for (let dy = -scale; dy <= scale; dy++) {
      for (let dx = -scale; dx <= scale; dx++) this.text(x + dx, y + dy, text, { ...options, color: edge });
    }
    this.text(x, y, text, options);
  }

  /** Copies a gray image, one byte a pixel, each pixel `scale` pixels wide and tall; `invert` makes 255 black. */
  image(
    x: number,
    y: number,
    gray: Uint8Array,
    width: number,
    height: number,
    options: { readonly scale?: number; readonly invert?: boolean } = {},
  ): void {
    const { scale = 1, invert = false } = options;
    if (gray.length !== width * height) {
      throw new ArgumentError(
        `canvas: an image of ${width} x ${height} takes ${width * height} bytes, got ${gray.length}`,
      );
    }
    for (let i = 0; i < gray.length; i++) {
      const value = invert ? 255 - gray[i] : gray[i];
      const [column, row] = [i % width, Math.floor(i / width)];
      this.fillRect(x + column * scale, y + row * scale, scale, scale, [value, value, value]);
    }
  }

  /** Copies another picture to where its top left pixel is (x, y). */
  draw(x: number, y: number, other: Canvas): void {
    for (let row = 0; row < other.height; row++) {
      for (let column = 0; column < other.width; column++) {
        this.blend(x + column, y + row, other.at(column, row));
      }
    }
  }
}

/** The height of a line of text in pixels, with what hangs below it. */
export function lineHeight(scale = 1): number {
  return GLYPH_ROWS * scale;
}
