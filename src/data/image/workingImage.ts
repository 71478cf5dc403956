// A decoded image and its conversion to gray planes: compositing of transparency, luma weights, and
// resizing to the working size. Ink detection is in ink.ts. Runs in Node and in the browser.

import { ArgumentError } from '../../engine/errors.js';
import { padEdges, resample, type GrayImage } from './resample.js';

/** A decoded image: pixels row by row, channels interleaved. */
export interface DecodedImage {
  /** Bytes 0..255, or 16-bit values 0..65535. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
}

/** The brightness from 0 to 1 that transparent pixels are composited onto. */
export type Background = number;

/** Brightness and opacity of every pixel, both 0..1, at the working size. */
export interface Planes {
  /** Brightness times opacity. */
  readonly light: Float32Array;
  /** Null if every pixel is opaque. */
  readonly opacity: Float32Array | null;
  readonly width: number;
  readonly height: number;
}

/**
 * Bounds of the longer side at the working size: smaller images are enlarged by bicubic
 * interpolation, larger ones are averaged down.
 */
const MIN_SIDE = 256;
const MAX_SIDE = 1024;

/** Luma weights of red, green and blue (ITU-R BT.709). */
const [RED, GREEN, BLUE] = [0.2126, 0.7152, 0.0722];

/** Brightness of a color, in the same unit. */
export function toLuma(red: number, green: number, blue: number): number {
  return RED * red + GREEN * green + BLUE * blue;
}

export function checkImage({ data, width, height, channels }: DecodedImage): void {
  const validSize =
    Number.isSafeInteger(width) && Number.isSafeInteger(height) && width >= 1 && height >= 1;
  if (!validSize || ![1, 2, 3, 4].includes(channels) || data.length !== width * height * channels) {
    throw new ArgumentError(
      `image: ${width} x ${height} with ${channels} channels needs ${width * height * channels} values,` +
        ` got ${data.length}; sizes are whole numbers of at least 1 and channels 1 to 4`,
    );
  }
}

/**
 * Splits an image into brightness and opacity and resizes both to the working size.
 *
 * @throws ArgumentError if the data length does not match the sizes
 */
export function toPlanes(image: DecodedImage): Planes {
  checkImage(image);
  const { channels, width, height } = image;
  const hasAlpha = channels === 2 || channels === 4;
  const factor = Math.max(1, Math.ceil(Math.max(width, height) / MAX_SIDE));
  const reduced = downscale(image, factor, hasAlpha);
  const longer = Math.max(reduced.width, reduced.height);
  const scale = longer < MIN_SIDE ? MIN_SIDE / longer : 1;
  const opaque = reduced.opacity?.every((value) => value === 1) ?? true;
  return {
    light: upscale(reduced.light, reduced, scale),
    opacity: opaque ? null : upscale(reduced.opacity!, reduced, scale),
    width: Math.max(1, Math.round(reduced.width * scale)),
    height: Math.max(1, Math.round(reduced.height * scale)),
  };
}

/**
 * Means over blocks of `factor` x `factor` pixels; blocks at the right and lower edge
 * may be smaller.
 */
function downscale(image: DecodedImage, factor: number, hasAlpha: boolean): Planes {
  const { data, channels } = image;
  const maxValue = data instanceof Uint16Array ? 65535 : 255;
  const [width, height] = [Math.ceil(image.width / factor), Math.ceil(image.height / factor)];
  const light = new Float32Array(width * height);
  const opacity = hasAlpha ? new Float32Array(width * height) : null;
  const count = new Float32Array(width * height);
  for (let y = 0; y < image.height; y++) {
    const row = Math.floor(y / factor) * width;
    for (let x = 0; x < image.width; x++) {
      const offset = (y * image.width + x) * channels;
      const index = row + Math.floor(x / factor);
      const alpha = hasAlpha ? data[offset + channels - 1] / maxValue : 1;
      const brightness =
        channels < 3 ? data[offset] : toLuma(data[offset], data[offset + 1], data[offset + 2]);
      light[index] += (alpha * brightness) / maxValue;
      if (opacity) opacity[index] += alpha;
      count[index] += 1;
    }
  }
  for (let i = 0; i < count.length; i++) {
    light[i] /= count[i];
    if (opacity) opacity[i] /= count[i];
  }
  return { light, opacity, width, height };
}

function upscale(data: Float32Array, { width, height }: Planes, scale: number): Float32Array {
  if (scale === 1) return data;
  const image = padEdges({ data, width, height }, MARGIN);
  const region = { left: MARGIN, top: MARGIN, width, height };
  const [newWidth, newHeight] = [
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  ];
  // Clamp: bicubic overshoot is not a valid brightness.
  const result = resample(image, region, newWidth, newHeight);
  for (let i = 0; i < result.length; i++) result[i] = Math.min(1, Math.max(0, result[i]));
  return result;
}

/** Pixels that bicubic interpolation reads beyond the edge, where `resample` would return black. */
const MARGIN = 2;

/** Composites the image onto a background of one brightness. */
export function composite(
  { light, opacity, width, height }: Planes,
  background: Background,
): GrayImage {
  const data = opacity ? light.map((value, i) => value + (1 - opacity[i]) * background) : light;
  return { data, width, height };
}
