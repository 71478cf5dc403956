// Converts any image of one character to the square input of the network (28 x 28), by the recipe of
// EMNIST's authors. The command line and the page call this same function. Decoding happens
// elsewhere, ink detection in ink.ts, and the recipe from the ink on in glyph.ts. Runs in Node and
// in a browser.

import { ArgumentError } from '../../engine/errors.js';
import {
  bitmapToGlyph,
  DEFAULT_INK_SIZE,
  DEFAULT_PEN_WIDTH,
  DEFAULT_THRESHOLD,
} from '../strokes/glyph.js';
import { IMAGE_SIDE } from '../emnist/idx.js';
import { inkOfImage, type ImageInk } from './imageInk.js';
import type { Ink, Invert } from './inkMap.js';
import type { DecodedImage } from './workingImage.js';
import type { Box } from '../strokes/raster.js';
import { keepComponents, withoutDust } from './connectedComponents.js';
import { withoutEdgeInk } from './edgeInk.js';
import { meanStrokeWidth, widenStrokes } from './penWidth.js';

export { INVERT, type Invert } from './inkMap.js';
export type { DecodedImage } from './workingImage.js';

/** Options of `preprocess`. */
export interface PreprocessOptions {
  /**
   * Whether the ink is darker than its background and must be inverted. Default `auto`: detected.
   */
  readonly invert?: Invert;
  /** Side of the result in pixels, 8 to 128. Default 28. */
  readonly size?: number;
}

/** A character in EMNIST's form. */
export interface PreparedImage {
  /** `[size, size]`, 0 = paper, 255 = ink; all paper if the image is empty. */
  readonly image: Uint8Array;
  /** True if no ink was found. */
  readonly empty: boolean;
  /** How the ink was detected; null for an empty image. */
  readonly kind: Ink['kind'] | null;
}

/**
 * Minimum pen width, in units of EMNIST's 128 x 128 source; thinner strokes are widened to it. A
 * quarter of EMNIST's images are thinner than 2.21 of 28 pixels, which is 5.7 of these units.
 */
const MIN_PEN = 5.7;
/** Bounds of the side of the result. */
const [MIN_SIDE, MAX_SIDE] = [8, 128];

/**
 * Finds the character in an image and gives it EMNIST's size, position and softness.
 *
 * Transparency is composited, color becomes brightness, and uneven light is removed. Ruled lines, ink
 * that enters from the edge of the image, and dust are dropped. The ink's bounding box is then scaled to 68 units of a 128 x 128 canvas, blurred,
 * centered and shrunk (glyph.ts).
 *
 * @throws ArgumentError if the data length does not match the sizes, or `size` is out of range
 * @example
 * const data = new Uint8Array(300 * 200).fill(255); // white paper
 * for (let y = 50; y < 150; y++) data.fill(0, y * 300 + 145, y * 300 + 155); // a black bar
 * const { image, empty } = preprocess({ data, width: 300, height: 200, channels: 1 });
 * print(image.length, empty); // 784 false
 */
export function preprocess(image: DecodedImage, options: PreprocessOptions = {}): PreparedImage {
  const { invert = 'auto', size = IMAGE_SIDE } = options;
  if (!(Number.isInteger(size) && size >= MIN_SIDE && size <= MAX_SIDE)) {
    throw new ArgumentError(
      `preprocess: size must be a whole number from ${MIN_SIDE} to ${MAX_SIDE}, got ${size}`,
    );
  }
  return prepareInk(inkOfImage(image, invert), size);
}

/**
 * The part of `preprocess` after the detection of the ink.
 *
 * @internal
 */
export function prepareInk(imageInk: ImageInk | null, size = IMAGE_SIDE): PreparedImage {
  if (imageInk === null) return emptyResult(size);
  const { data, width, height, kind, components } = imageInk;
  const kept = new Set(withoutDust(withoutEdgeInk(components.list, width, height)));
  const glyph = inkToGlyph(
    keepComponents(data, components, (component) => kept.has(component)),
    width,
    size,
  );
  return glyph === null ? emptyResult(size) : { image: glyph, empty: false, kind };
}

/**
 * Converts an ink map to `[size, size]`, 0 = paper, 255 = ink; null without ink.
 *
 * @internal
 */
export function inkToGlyph(ink: Float32Array, width: number, size = IMAGE_SIDE): Uint8Array | null {
  const box = boxOf(ink, width);
  return box === null
    ? null
    : bitmapToGlyph(widenToEmnistPen(ink, width, box), DEFAULT_THRESHOLD, size);
}

const emptyResult = (size: number): PreparedImage => ({
  image: new Uint8Array(size * size),
  empty: true,
  kind: null,
});

/** Ink of less than this is the faint edge of a stroke, or no ink. */
export const MIN_INK = 0.5;

/**
 * Bounding box of all ink of at least `MIN_INK`. Approximate: `bitmapToGlyph` crops again, at
 * the faint edges.
 */
function boxOf(ink: Float32Array, width: number): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let index = 0; index < ink.length; index++) {
    if (!(ink[index] >= MIN_INK)) continue;
    const x = index % width;
    const y = (index - x) / width;
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return right < 0 ? null : { left, top, right, bottom };
}

/**
 * Crops to the box plus a margin of paper, and widens strokes that would be thinner than EMNIST's.
 */
function widenToEmnistPen(
  ink: Float32Array,
  width: number,
  box: Box,
): { data: Float32Array; width: number; height: number } {
  const longer = Math.max(box.right - box.left, box.bottom - box.top) + 1;
  const unit = longer / (DEFAULT_INK_SIZE + DEFAULT_PEN_WIDTH); // in pixels of the ink map
  const margin = Math.ceil(MIN_PEN * unit) + 2;
  const paddedWidth = box.right - box.left + 1 + 2 * margin;
  const paddedHeight = box.bottom - box.top + 1 + 2 * margin;
  const height = ink.length / width;
  const data = new Float32Array(paddedWidth * paddedHeight);
  for (let y = 0; y < paddedHeight; y++) {
    for (let x = 0; x < paddedWidth; x++) {
      const [fromX, fromY] = [box.left - margin + x, box.top - margin + y];
      if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) continue;
      data[y * paddedWidth + x] = ink[fromY * width + fromX];
    }
  }
  const deficit = MIN_PEN * unit - meanStrokeWidth(data, paddedWidth, paddedHeight);
  return {
    data: deficit > 0 ? widenStrokes(data, paddedWidth, paddedHeight, deficit / 2) : data,
    width: paddedWidth,
    height: paddedHeight,
  };
}
