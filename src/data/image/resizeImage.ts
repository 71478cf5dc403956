// Resizes any image to a square network input, gray or RGB, without looking for ink. The
// counterpart of preprocess.ts for images that are not characters. Runs in Node and in a browser.

import { padEdges, resample } from './resample.js';
import { checkImage, toLuma, type DecodedImage } from './workingImage.js';

/** Difference of two channels above which a pixel is colored; noise of scans stays below. */
const MIN_COLOR = 24;
/** The same for a colorful image, of which a quarter of the pixels exceeds it. */
const COLORFUL = 64;

/**
 * Resizes an image to `size` x `size` by bicubic interpolation, without keeping its proportions.
 * Transparent pixels become white; a gray result of a color image is its luma.
 *
 * @param channels 1 (gray) or 3 (RGB)
 * @returns `[channels, size, size]`, 0 = black, 255 = white
 * @throws ArgumentError if the data length does not match the sizes
 */
export function resizeImage(image: DecodedImage, size: number, channels: 1 | 3): Uint8Array {
  checkImage(image);
  const isColor = image.channels >= 3;
  const planes = Array.from({ length: isColor ? 3 : 1 }, (_, channel) =>
    resizePlane(planeOf(image, channel), image.width, image.height, size),
  );
  const pixels = size * size;
  const result = new Uint8Array(channels * pixels);
  if (channels === 3) {
    for (let c = 0; c < 3; c++) result.set(planes[isColor ? c : 0], c * pixels);
  } else if (isColor) {
    const [red, green, blue] = planes;
    for (let i = 0; i < pixels; i++) result[i] = Math.round(toLuma(red[i], green[i], blue[i]));
  } else result.set(planes[0]);
  return result;
}

/** True if an image has clearly colored pixels. */
export function isColored(image: DecodedImage): boolean {
  return countColored(image, MIN_COLOR) > 0;
}

/** True if a large part of an image is colored more strongly than paper and ink usually are. */
export function isColorful(image: DecodedImage): boolean {
  return countColored(image, COLORFUL) > (image.width * image.height) / 4;
}

/** Pixels in which two channels differ by more than `limit`, of 255. */
function countColored({ data, channels }: DecodedImage, limit: number): number {
  if (channels < 3) return 0;
  const scaledLimit = data instanceof Uint16Array ? limit * 257 : limit;
  let count = 0;
  for (let start = 0; start < data.length; start += channels) {
    const [red, green, blue] = [data[start], data[start + 1], data[start + 2]];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > scaledLimit) count += 1;
  }
  return count;
}

/** One channel from 0 to 255, composited onto white. */
function planeOf({ data, width, height, channels }: DecodedImage, channel: number): Float32Array {
  const scale = data instanceof Uint16Array ? 1 / 257 : 1;
  const hasAlpha = channels === 2 || channels === 4;
  const plane = new Float32Array(width * height);
  for (let i = 0; i < plane.length; i++) {
    const value = data[i * channels + channel] * scale;
    const alpha = hasAlpha ? (data[i * channels + channels - 1] * scale) / 255 : 1;
    plane[i] = alpha * value + (1 - alpha) * 255;
  }
  return plane;
}

function resizePlane(data: Float32Array, width: number, height: number, size: number): Uint8Array {
  const round = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
  if (width === size && height === size) return Uint8Array.from(data, round);
  // As far as the kernel reaches beyond the edge when shrinking.
  const margin = Math.ceil(2 * Math.max(1, width / size, height / size)) + 1;
  const padded = padEdges({ data, width, height }, margin);
  const region = { left: margin, top: margin, width, height };
  return Uint8Array.from(resample(padded, region, size, size), round);
}
