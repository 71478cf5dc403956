// Converts pen strokes or a gray image of a character to the 28 x 28 network input, by the recipe
// of the EMNIST authors. The page, the command line and the synthetic characters all use it. Node
// and browsers give bit-for-bit identical results. Ink detection in photos is in ink.ts.
//
// Cohen et al. 2017: a 128 x 128 binary image, Gaussian blur of sigma 1, crop to the ink, center
// the box (not the center of mass, as MNIST did) in a square with a border of 2 pixels, bicubic to
// 28 x 28, stretch to 0..255.

import { ArgumentError } from '../../engine/errors.js';
import { IMAGE_SIDE } from '../emnist/idx.js';
import { BLUR_RADIUS, Raster, type Stroke } from './raster.js';
import { resample } from '../image/resample.js';
import { boundingBox } from './boundingBox.js';

export type { Stroke } from './raster.js';

/** Side of the canvas that strokes are drawn on, EMNIST's source resolution. */
export const SOURCE_SIDE = 128;
/**
 * About the median height of a character at that resolution, measured along the middle of the pen.
 */
export const DEFAULT_INK_SIZE = 60;
/**
 * Pen width that reproduces EMNIST's stroke width, independent of the brush on screen. By
 * `strokeWidth` of statistics.ts, the median of 9,400 real images is 2.83 pixels and that of glyphs
 * with this pen is 2.75.
 */
export const DEFAULT_PEN_WIDTH = 8;

/** Maximum of `inkSize` plus `penWidth`. */
export const MAX_EXTENT = SOURCE_SIDE - 2 * BLUR_RADIUS - 2;

const BORDER = 2;

/** Fraction of the maximum above which a pixel of a bitmap counts as ink. */
export const DEFAULT_THRESHOLD = 0.1;

/** Size and pen of a drawing. */
export interface GlyphOptions {
  /**
   * The longer side of the strokes' bounding box, in pixels of the 128 x 128 canvas; default 60.
   */
  readonly inkSize?: number;
  /** The width of the round pen in the same pixels; default 8. */
  readonly penWidth?: number;
}

/**
 * Draws several glyphs on one reused canvas.
 *
 * @example
 * const renderer = new GlyphRenderer();
 * const images = [[[0, 0, 10, 10]], [[0, 10, 10, 0]]].map((strokes) => renderer.render(strokes));
 * print(images.length); // 2
 */
export class GlyphRenderer {
  readonly #raster = new Raster(SOURCE_SIDE, SOURCE_SIDE);

  /**
   * Draws strokes in EMNIST's form: `[28, 28]`, 0 = paper, 255 = ink.
   *
   * The result does not depend on the position and size of the strokes. Without strokes the
   * image is empty.
   *
   * @throws ArgumentError if a size is out of range or a coordinate is not finite
   */
  render(strokes: readonly Stroke[], options: GlyphOptions = {}): Uint8Array {
    const { inkSize = DEFAULT_INK_SIZE, penWidth = DEFAULT_PEN_WIDTH } = options;
    checkSizes(inkSize, penWidth);
    this.#raster.clear();
    for (const stroke of fitToCanvas(strokes, inkSize)) this.#raster.drawStroke(stroke, penWidth);
    this.#raster.blur();
    return toGlyph(this.#raster);
  }
}

/**
 * Draws strokes as EMNIST's authors prepared their images: `[28, 28]`, 0 = paper, 255 = ink. For
 * many glyphs use `new GlyphRenderer()`, which reuses its canvas.
 *
 * @param strokes each is x, y, x, y, ... in any unit, y pointing down
 * @throws ArgumentError if a size is out of range or a coordinate is not finite
 * @example
 * const cross = [[0, 0, 10, 10], [0, 10, 10, 0]]; // two strokes
 * print(renderGlyph(cross).length); // 784
 */
export function renderGlyph(strokes: readonly Stroke[], options: GlyphOptions = {}): Uint8Array {
  return new GlyphRenderer().render(strokes, options);
}

function checkSizes(inkSize: number, penWidth: number): void {
  if (!(penWidth > 0 && penWidth <= 32)) {
    throw new ArgumentError(`glyph: penWidth must be above 0 and at most 32, got ${penWidth}`);
  }
  if (!(inkSize > 0 && inkSize + penWidth <= MAX_EXTENT)) {
    throw new ArgumentError(
      `glyph: inkSize must be above 0 and, with the pen, at most ${MAX_EXTENT} of ${SOURCE_SIDE} pixels, got ${inkSize} + ${penWidth}`,
    );
  }
}

/** Centers the strokes on the canvas and scales their longer side to `inkSize`. */
function fitToCanvas(strokes: readonly Stroke[], inkSize: number): Float64Array[] {
  for (const stroke of strokes) {
    if (stroke.length % 2 !== 0) {
      throw new ArgumentError(
        `glyph: a stroke is x, y, x, y, ..., so its length is even, got ${stroke.length}`,
      );
    }
    for (let i = 0; i < stroke.length; i += 2) {
      const [x, y] = [stroke[i], stroke[i + 1]];
      if (!Number.isFinite(x) || !Number.isFinite(y)) {
        throw new ArgumentError(`glyph: stroke coordinates must be finite, got (${x}, ${y})`);
      }
    }
  }
  const { left, top, right, bottom } = boundingBox(strokes);
  const side = Math.max(right - left, bottom - top);
  const scale = side > 0 ? inkSize / side : 0; // a single dot stays a dot
  const middle = (SOURCE_SIDE - 1) / 2;
  return strokes.map((stroke) =>
    Float64Array.from({ length: stroke.length }, (_, i) =>
      i % 2 === 0
        ? middle + (stroke[i] - (left + right) / 2) * scale
        : middle + (stroke[i] - (top + bottom) / 2) * scale,
    ),
  );
}

/** The second half of the recipe, from the blurred canvas: crop, center, shrink, stretch. */
function toGlyph(raster: Raster, outputSide = IMAGE_SIDE): Uint8Array {
  const image = new Uint8Array(outputSide * outputSide);
  const box = raster.inkBox(0);
  if (!box) return image;
  const width = box.right - box.left + 1;
  const height = box.bottom - box.top + 1;
  const side = Math.max(width, height) + 2 * BORDER;
  const region = {
    left: box.left - (side - width) / 2,
    top: box.top - (side - height) / 2,
    width: side,
    height: side,
  };
  const shrunk = resample(raster, region, outputSide, outputSide);
  let brightest = 0;
  for (const value of shrunk) brightest = Math.max(brightest, value);
  // Uint8Array truncates, so adding 0.5 rounds. Bicubic undershoot becomes paper.
  for (let i = 0; i < image.length; i++)
    image[i] = Math.max(0, (shrunk[i] / brightest) * 255) + 0.5;
  return image;
}

export interface GrayBitmap {
  /** Row by row, bright = ink: bytes 0..255 or floats in any range from 0 (paper). */
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Converts a gray image of one character, bright ink on a black background, to a square image.
 *
 * The ink is cropped and scaled to EMNIST's source resolution; the remaining steps are
 * those for strokes.
 *
 * @param threshold fraction of the maximum above which a pixel counts as ink when cropping; raise
 *   it for a noisy background
 * @param outputSide side of the result in pixels
 * @throws ArgumentError if the data length does not match the sizes or `threshold` is out of range
 */
export function bitmapToGlyph(
  bitmap: GrayBitmap,
  threshold = DEFAULT_THRESHOLD,
  outputSide = IMAGE_SIDE,
): Uint8Array {
  const { data, width, height } = bitmap;
  if (!(width >= 1 && height >= 1) || data.length !== width * height) {
    throw new ArgumentError(
      `glyph: a bitmap of ${width} x ${height} needs ${width * height} values, got ${data.length}`,
    );
  }
  if (!(threshold >= 0 && threshold < 1)) {
    throw new ArgumentError(`glyph: threshold must be at least 0 and below 1, got ${threshold}`);
  }
  let brightest = 0;
  for (const value of data) brightest = Math.max(brightest, value);
  if (brightest === 0) return new Uint8Array(outputSide * outputSide);

  const source = new Raster(width, height);
  source.paste(data, width, height, 0, 0, 1 / brightest);
  // Never null: the brightest pixel is above every threshold.
  const box = source.inkBox(threshold)!;
  const cropWidth = box.right - box.left + 1;
  const cropHeight = box.bottom - box.top + 1;
  const longer = Math.max(cropWidth, cropHeight);
  const scale = (DEFAULT_INK_SIZE + DEFAULT_PEN_WIDTH) / longer;
  const scaledWidth = Math.max(1, Math.round(cropWidth * scale));
  const scaledHeight = Math.max(1, Math.round(cropHeight * scale));
  const region = { left: box.left, top: box.top, width: cropWidth, height: cropHeight };
  const scaled = resample(source, region, scaledWidth, scaledHeight);

  const canvas = new Raster(SOURCE_SIDE, SOURCE_SIDE);
  const left = Math.floor((SOURCE_SIDE - scaledWidth) / 2);
  const top = Math.floor((SOURCE_SIDE - scaledHeight) / 2);
  canvas.paste(scaled, scaledWidth, scaledHeight, left, top, 1);
  canvas.blur();
  return toGlyph(canvas, outputSide);
}
