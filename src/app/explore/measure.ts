// Measurements per image and means per pixel: stroke width, size of the ink, mean image of each
// class.

import { imageAt, type ImageDataset } from '../../data/loading/imageDataset.js';
import {
  inkExtent,
  quartiles,
  strokeWidth,
  type Quartiles,
} from '../../data/loading/statistics.js';

/** Called regularly with the progress of a step. */
export type ProgressCallback = (done: number, total: number) => void;

/** Number of images between two calls of a progress function. */
export const PROGRESS_EVERY = 2000;

/** One number per image, in the order of the data set. */
export interface Measures {
  /**
   * Mean stroke width in pixels, estimated as in src/data/loading/statistics.ts; 0 for a blank
   * image.
   */
  readonly strokeWidth: Float32Array;
  /** Sides of the bounding box of the ink in pixels; 0 for a blank image. */
  readonly inkWidth: Float32Array;
  readonly inkHeight: Float32Array;
  /** Mean of the pixels, 0 to 1. */
  readonly ink: Float32Array;
}

/** Measures every image. */
export function measureImages(dataset: ImageDataset, onProgress?: ProgressCallback): Measures {
  const { length, width } = dataset;
  const [strokes, widths, heights, ink] = Array.from({ length: 4 }, () => new Float32Array(length));
  for (let i = 0; i < length; i++) {
    if (i % PROGRESS_EVERY === 0) onProgress?.(i, length);
    const image = imageAt(dataset, i);
    let sum = 0;
    for (let pixel = 0; pixel < image.length; pixel++) sum += image[pixel];
    const extent = inkExtent(image, width);
    strokes[i] = strokeWidth(image, width);
    widths[i] = extent?.width ?? 0;
    heights[i] = extent?.height ?? 0;
    ink[i] = sum / image.length / 255;
  }
  return { strokeWidth: strokes, inkWidth: widths, inkHeight: heights, ink };
}

/** Statistics over images, per pixel, of values from 0 to 1. */
export interface PixelMoments {
  /** Mean (and standard deviation, `sd`) over all images: `[height, width]`. */
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** The mean image of each class; zeros for a class without images. */
  readonly classMeans: readonly Float64Array[];
}

/** Averages the pixels of all images and of each class. */
export function pixelMoments(dataset: ImageDataset): PixelMoments {
  const { images, labels, classes, length } = dataset;
  const pixels = dataset.height * dataset.width;
  const counts = new Float64Array(classes.length);
  const sums = classes.map(() => new Float64Array(pixels));
  const squares = new Float64Array(pixels);
  for (let i = 0; i < length; i++) {
    const sum = sums[labels[i]];
    counts[labels[i]] += 1;
    for (let pixel = 0, at = i * pixels; pixel < pixels; pixel++, at++) {
      const value = images[at];
      sum[pixel] += value;
      squares[pixel] += value * value;
    }
  }
  const mean = new Float64Array(pixels);
  for (const sum of sums) {
    for (let pixel = 0; pixel < pixels; pixel++) mean[pixel] += sum[pixel] / length / 255;
  }
  return {
    mean,
    sd: squares.map((square, pixel) =>
      Math.sqrt(Math.max(0, square / length / 255 ** 2 - mean[pixel] ** 2)),
    ),
    classMeans: sums.map((sum, label) =>
      sum.map((value) => value / 255 / Math.max(1, counts[label])),
    ),
  };
}

/** Summary of the images of one class. */
export interface ClassSummary {
  readonly name: string;
  readonly images: number;
  /** Quartiles over images with ink; null for a class without any. */
  readonly strokeWidth: Quartiles | null;
  readonly inkWidth: Quartiles | null;
  readonly inkHeight: Quartiles | null;
  /** Mean of all pixels, 0 to 1. */
  readonly meanInk: number | null;
}

/** Summarizes the measures of each class. */
export function summarizeClasses(dataset: ImageDataset, measures: Measures): ClassSummary[] {
  const members = dataset.classes.map((): number[] => []);
  dataset.labels.forEach((label, i) => members[label].push(i));
  return members.map((indices, label) => {
    const inked = indices.filter((i) => measures.ink[i] > 0);
    const quartilesOf = (values: Float32Array): Quartiles | null =>
      inked.length === 0 ? null : quartiles(inked.map((i) => values[i]));
    return {
      name: dataset.classes[label],
      images: indices.length,
      strokeWidth: quartilesOf(measures.strokeWidth),
      inkWidth: quartilesOf(measures.inkWidth),
      inkHeight: quartilesOf(measures.inkHeight),
      meanInk:
        indices.length === 0
          ? null
          : indices.reduce((sum, i) => sum + measures.ink[i], 0) / indices.length,
    };
  });
}
