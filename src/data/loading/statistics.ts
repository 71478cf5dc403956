// Statistics of a set of images: brightness, extent, position, stroke width. Used to
// compare the synthetic characters and the page's preprocessing with real EMNIST. Pure
// functions; no files.

import { ArgumentError } from '../../engine/errors.js';
import { imageAt, type ImageDataset } from './imageDataset.js';

/** Bounding box of all pixels that are not paper. */
export interface InkExtent {
  readonly width: number;
  readonly height: number;
  readonly centerX: number;
  readonly centerY: number;
}

export interface ImageStatistics {
  /** Over pixel values in 0..1. */
  readonly mean: number;
  readonly sd: number;
  /** Of the images with ink; null if all are blank. */
  readonly ink: InkStatistics | null;
}

/** Statistics of the images with ink. */
export interface InkStatistics {
  /** The longer side of the ink box in pixels: quartiles over images. */
  readonly longerSide: Quartiles;
  /** The center of the ink box in pixel indices, averaged over images. */
  readonly centerX: number;
  readonly centerY: number;
  /** In pixels: quartiles over images. */
  readonly strokeWidth: Quartiles;
}

export interface Quartiles {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/** Bounding box of the ink of an image with `imageWidth` columns, or null if it has none. */
export function inkExtent(image: Uint8Array, imageWidth: number): InkExtent | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let i = 0; i < image.length; i++) {
    if (image[i] === 0) continue;
    const x = i % imageWidth;
    const y = Math.floor(i / imageWidth);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (right < 0) return null;
  return {
    width: right - left + 1,
    height: bottom - top + 1,
    centerX: (left + right) / 2,
    centerY: (top + bottom) / 2,
  };
}

/**
 * Mean stroke width in pixels of an image with `imageWidth` columns: twice the area over the
 * perimeter, `w = 2 w L / (2 L)` for a long bar.
 *
 * The perimeter is the image's total variation, the sum of its gradient magnitudes, which does not
 * depend on how blurred the edges are.
 */
export function strokeWidth(image: Uint8Array, imageWidth: number): number {
  const height = image.length / imageWidth;
  const ink = (x: number, y: number): number => {
    const inside = x >= 0 && y >= 0 && x < imageWidth && y < height;
    return inside ? image[y * imageWidth + x] / 255 : 0;
  };
  let area = 0;
  let perimeter = 0;
  // Start one row and one column outside the image, so that ink at the border also has an edge.
  for (let y = -1; y < height; y++) {
    for (let x = -1; x < imageWidth; x++) {
      const value = ink(x, y);
      const dx = ink(x + 1, y) - value;
      const dy = ink(x, y + 1) - value;
      area += value;
      perimeter += Math.sqrt(dx * dx + dy * dy);
    }
  }
  return perimeter === 0 ? 0 : (2 * area) / perimeter;
}

/**
 * The 25th, 50th and 75th percentiles.
 *
 * @throws ArgumentError if there are no values
 */
export function quartiles(values: ArrayLike<number>): Quartiles {
  if (values.length === 0) throw new ArgumentError('statistics: no values');
  const sorted = Float64Array.from(values).sort();
  const quantile = (fraction: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
  return { lower: quantile(0.25), median: quantile(0.5), upper: quantile(0.75) };
}

/**
 * Computes the statistics of a data set. Images without ink count for the pixel values only.
 *
 * @throws ArgumentError if the data set is empty
 */
export function imageStatistics(dataset: ImageDataset): ImageStatistics {
  if (dataset.length === 0) throw new ArgumentError(`statistics: ${dataset.name} has no images`);
  let sum = 0;
  let sumOfSquares = 0;
  for (const value of dataset.images) {
    sum += value;
    sumOfSquares += value * value;
  }
  const mean = sum / dataset.images.length;
  const sides: number[] = [];
  const widths: number[] = [];
  let centerX = 0;
  let centerY = 0;
  for (let index = 0; index < dataset.length; index++) {
    const image = imageAt(dataset, index);
    const extent = inkExtent(image, dataset.width);
    if (!extent) continue;
    sides.push(Math.max(extent.width, extent.height));
    widths.push(strokeWidth(image, dataset.width));
    centerX += extent.centerX;
    centerY += extent.centerY;
  }
  const pixels = {
    mean: mean / 255,
    sd: Math.sqrt(sumOfSquares / dataset.images.length - mean * mean) / 255,
  };
  if (sides.length === 0) return { ...pixels, ink: null };
  const ink = {
    longerSide: quartiles(sides),
    centerX: centerX / sides.length,
    centerY: centerY / sides.length,
    strokeWidth: quartiles(widths),
  };
  return { ...pixels, ink };
}
