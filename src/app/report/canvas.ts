// RGB canvas in memory with the operations of a drawing; lines and discs are anti-aliased. It writes
// no files (writePng.ts does).
//
// A coordinate is the center of a pixel: the line from (2, 5) to (9, 5) with thickness 1 fills
// exactly the pixels 2 to 9 of row 5. Drawing is clipped to the canvas.

import { INK, WHITE, type Color } from './color.js';
import type { TextOptions } from './drawing.js';
import { textWidth, traceText } from './font.js';

/** An RGB canvas with its origin at the top left; Drawing checks the sizes. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row-major: `[height, width, 3]`. */
  readonly pixels: Uint8Array;

  constructor(width: number, height: number, background: Color = WHITE) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
    this.fillRect(0, 0, width, height, background);
  }

  /** The color of a pixel inside the canvas. */
  at(x: number, y: number): Color {
    const i = 3 * (y * this.width + x);
    return [this.pixels[i], this.pixels[i + 1], this.pixels[i + 2]];
  }

  /** Blends a color into one pixel; `coverage` 1 replaces the pixel, 0 leaves it unchanged. */
  blend(x: number, y: number, color: Color, coverage = 1): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height || coverage <= 0) return;
    const i = 3 * (y * this.width + x);
    const opacity = Math.min(1, coverage);
    for (let channel = 0; channel < 3; channel++) {
      const background = this.pixels[i + channel];
      this.pixels[i + channel] = Math.round(background + (color[channel] - background) * opacity);
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
  strokeRect(
    x: number,
    y: number,
    width: number,
    height: number,
    color: Color,
    thickness = 1,
  ): void {
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
        // Position of the nearest point on the line, from 0 (start) to 1 (end).
        const along = squaredLength === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / squaredLength;
        const t = Math.max(0, Math.min(1, along));
        return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
      },
    );
  }

  /** Fills a disc; with `opacity` below 1 the background shows through. */
  disc(x: number, y: number, radius: number, color: Color, opacity = 1): void {
    this.#cover([x, y, x, y], radius, color, (px, py) => Math.hypot(px - x, py - y), opacity);
  }

  /**
   * Colors the pixels within `radius` of a shape; a pixel at the edge in proportion to its covered
   * area.
   */
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

  /** Draws one line of text whose top edge is at `y` (vertical text: whose left edge is at `x`). */
  text(x: number, y: number, text: string, options: TextOptions = {}): void {
    const { color = INK, scale = 1, align = 'left', vertical = false } = options;
    const length = textWidth(text, scale);
    const shift = Math.round(align === 'left' ? 0 : align === 'center' ? length / 2 : length);
    const [left, top] = [Math.round(x), Math.round(y)];
    // Paints the canvas pixel at (along, down) in text coordinates.
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
          // Distance of the pixel from the corner that the two dots share; pixels on the diagonal
          // are half covered.
          const away = (right ? scale - 1 - column : column) + (down ? scale - 1 - row : row);
          const cover = away < scale - 1 ? 1 : away === scale - 1 ? 0.5 : 0;
          paint(dotX * scale + column, dotY * scale + row, cover);
        }
      },
    );
  }

  /** Draws text with a light outline, so that it is legible on any background. */
  outlinedText(
    x: number,
    y: number,
    text: string,
    options: TextOptions & { readonly edge?: Color } = {},
  ): void {
    const { edge = WHITE, scale = 1 } = options;
    for (let dy = -scale; dy <= scale; dy++) {
      for (let dx = -scale; dx <= scale; dx++)
        this.text(x + dx, y + dy, text, { ...options, color: edge });
    }
    this.text(x, y, text, options);
  }

  /**
   * Copies a gray image, 0 = paper, 255 = ink, dark on white.
   *
   * @param pixels `[length / width, width]`
   * @param scale canvas pixels per pixel of the image
   */
  image(x: number, y: number, pixels: Uint8Array, width: number, scale = 1): void {
    for (let i = 0; i < pixels.length; i++) {
      const value = 255 - pixels[i];
      const [column, row] = [i % width, Math.floor(i / width)];
      this.fillRect(x + column * scale, y + row * scale, scale, scale, [value, value, value]);
    }
  }

  /** Copies another canvas; its top left pixel goes to (x, y). */
  draw(x: number, y: number, other: Canvas): void {
    for (let row = 0; row < other.height; row++) {
      for (let column = 0; column < other.width; column++) {
        this.blend(x + column, y + row, other.at(column, row));
      }
    }
  }
}
