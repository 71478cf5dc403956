// Converts arrays of any number type and order of axes to stored images and labels.

import { DataError } from '../../../data/errors.js';
import { format } from '../../../engine/shape.js';
import type { NumberArray } from '../../../data/loading/arrayDataset.js';
import type { HostArray } from './npy.js';
import { squareOf, type StoredImages } from './storedImages.js';

/** Count, height, width and channels of the images, and where the channels are. */
interface Geometry {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly channelsFirst: boolean;
}

/**
 * Combines an array of images and one of labels.
 *
 * @param images `[N, H, W]`, `[N, H, W, C]`, `[N, C, H, W]` with 1 or 3 channels, or `[N, pixels]`
 * @param labels `[N]` or `[N, 1]`: whole numbers or texts
 * @param name the file and the arrays, for messages
 * @throws DataError if shapes or values do not suit
 */
export function imagesOfArrays(images: HostArray, labels: HostArray, name: string): StoredImages {
  const geometry = geometryOf(images, name);
  const texts = labelTexts(labels, name);
  if (texts.length !== geometry.count) {
    throw new DataError(
      `${name}: ${geometry.count} images but ${texts.length} labels; each image needs one label`,
    );
  }
  if (texts.length === 0) throw new DataError(`${name}: contains no images; download it again`);
  const { height, width, channels } = geometry;
  const bytes = toBytes(images.data as NumberArray, name);
  const pixels = geometry.channelsFirst ? interleave(bytes, geometry) : bytes;
  return { pixels, height, width, channels, labels: texts };
}

function geometryOf({ shape, data }: HostArray, name: string): Geometry {
  const [count, ...item] = shape;
  const result = Array.isArray(data) ? null : itemGeometry(item);
  if (result !== null && result.height >= 1 && result.width >= 1) return { count, ...result };
  throw new DataError(
    `${name}: images of shape ${format(shape)}, expected numbers in [N, H, W], [N, H, W, C] or ` +
      '[N, C, H, W] with 1 or 3 channels; reshape the array',
  );
}

function itemGeometry(item: readonly number[]): Omit<Geometry, 'count'> | null {
  const isChannels = (size: number): size is 1 | 3 => size === 1 || size === 3;
  if (item.length === 1) {
    const square = squareOf(item[0]);
    if (square === null) return null;
    const { side, channels } = square;
    return { height: side, width: side, channels, channelsFirst: false };
  }
  const [a, b, c] = item;
  if (item.length === 2) return { height: a, width: b, channels: 1, channelsFirst: false };
  if (item.length !== 3) return null;
  if (isChannels(c)) return { height: a, width: b, channels: c, channelsFirst: false };
  if (isChannels(a)) return { height: b, width: c, channels: a, channelsFirst: true };
  return null;
}

/** Pixels as bytes: whole numbers unchanged; floats and booleans from 0 to 1 times 255. */
function toBytes(data: NumberArray, name: string): Uint8Array {
  let [min, max, whole] = [Infinity, -Infinity, true];
  for (const value of data) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    whole &&= Number.isInteger(value);
    if (Number.isNaN(value)) min = NaN;
  }
  if (min >= 0 && max <= 1) return Uint8Array.from(data, (value) => Math.round(value * 255));
  if (min >= 0 && max <= 255 && whole) {
    return data instanceof Uint8Array ? data : Uint8Array.from(data);
  }
  throw new DataError(
    `${name}: pixels from ${min} to ${max}, expected whole numbers from 0 to 255 or floats from 0 ` +
      'to 1; scale the array',
  );
}

function interleave(planes: Uint8Array, geometry: Geometry): Uint8Array {
  const { count, height, width, channels } = geometry;
  if (channels === 1) return planes;
  const pixels = height * width;
  const result = new Uint8Array(planes.length);
  for (let image = 0; image < count; image++) {
    const start = image * pixels * channels;
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < pixels; i++) {
        result[start + i * channels + c] = planes[start + c * pixels + i];
      }
    }
  }
  return result;
}

/** The label of each image as text. */
export function labelTexts({ shape, data }: HostArray, name: string): readonly string[] {
  const isColumn = shape.length === 2 && shape[1] === 1;
  if (shape.length !== 1 && !isColumn) {
    throw new DataError(
      `${name}: labels of shape ${format(shape)}, expected [N], one class per image; convert ` +
        'one-hot rows with argmax',
    );
  }
  if (Array.isArray(data)) return data as readonly string[];
  const texts = new Map<number, string>();
  return Array.from(data as NumberArray, (value) => {
    const known = texts.get(value);
    if (known !== undefined) return known;
    if (!Number.isInteger(value)) {
      throw new DataError(
        `${name}: label ${value} is not a whole number; number the classes from 0`,
      );
    }
    texts.set(value, String(value));
    return String(value);
  });
}
