// A data set of gray or color images with class labels, as reports and the character network use it.
// emnistDataset.ts and synthetic.ts create such data sets.

import { ArgumentError } from '../../engine/errors.js';
import type { Shape } from '../../engine/shape.js';
import { checkIndex, checkInteger, type Dataset, type Example } from './dataset.js';

/** Class indices. Uint16Array allows more than 256 classes. */
export type ClassLabels = Uint8Array | Uint16Array;

/** Options of `ImageDataset`. */
export interface ImageDatasetOptions {
  /** Name used in reports, e.g. `EMNIST balanced test`. */
  readonly name: string;
  /**
   * Upright images, row by row: `[length, channels, height, width]`; in images of characters
   * 0 = paper, 255 = ink.
   */
  readonly images: Uint8Array;
  /** Channels per image: 1 for gray, 3 for RGB. Default 1. */
  readonly channels?: number | undefined;
  /** Rows per image. */
  readonly height: number;
  /** Columns per image. */
  readonly width: number;
  /** Class indices, from 0: `[length]`. */
  readonly labels: ClassLabels;
  /** Name of each class; image i shows `classes[labels[i]]`. */
  readonly classes: readonly string[];
  /** True for synthetic data, so that a report never calls it real. */
  readonly synthetic: boolean;
}

/**
 * Gray or color images of any size with class labels. `inputs` are the bytes,
 * `[channels, height, width]`, and `targets` the class index, `[]`.
 *
 * @throws ArgumentError if the lengths do not match or a label is outside the classes
 * @example
 * const dataset = new ImageDataset({
 *   name: 'two dots',
 *   images: Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 255),
 *   height: 2,
 *   width: 2,
 *   labels: Uint8Array.of(0, 1),
 *   classes: ['top left', 'bottom right'],
 *   synthetic: true,
 * });
 * print(dataset.length, dataset.shapes); // 2 { inputs: [1, 2, 2], targets: [] }
 */
export class ImageDataset implements Dataset, ImageDatasetOptions {
  readonly name: string;
  readonly images: Uint8Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly labels: ClassLabels;
  readonly classes: readonly string[];
  readonly synthetic: boolean;

  constructor(options: ImageDatasetOptions) {
    const { name, images, channels = 1, height, width, labels, classes, synthetic } = options;
    checkInteger(`data set ${name}`, 'channels', channels, 1);
    checkInteger(`data set ${name}`, 'height', height, 1);
    checkInteger(`data set ${name}`, 'width', width, 1);
    const expected = labels.length * channels * height * width;
    if (images.length !== expected) {
      throw new ArgumentError(
        `data set ${name}: ${labels.length} images of ${channels === 1 ? '' : `${channels} x `}` +
          `${height} x ${width} take ${expected} bytes, got ${images.length}`,
      );
    }
    const invalidIndex = labels.findIndex((label) => label >= classes.length);
    if (invalidIndex >= 0) {
      throw new ArgumentError(
        `data set ${name}: label ${labels[invalidIndex]} of image ${invalidIndex} is outside its ${classes.length} classes`,
      );
    }
    this.name = name;
    this.images = images;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.labels = labels;
    this.classes = classes;
    this.synthetic = synthetic;
  }

  /** Number of images. */
  get length(): number {
    return this.labels.length;
  }

  /** `inputs` are `[channels, height, width]`, `targets` are `[]`. */
  get shapes(): Readonly<Record<'inputs' | 'targets', Shape>> {
    return { inputs: [this.channels, this.height, this.width], targets: [] };
  }

  /**
   * The bytes of image `index`, as a view, and its class index.
   *
   * @throws ArgumentError if the index is out of range
   */
  get(index: number): Example {
    return { inputs: imageAt(this, index), targets: this.labels[index] };
  }

  /** A data set that differs in the given options; the other arrays are shared. */
  with(changes: Partial<ImageDatasetOptions>): ImageDataset {
    const { name, images, channels, height, width, labels, classes, synthetic } = this;
    const options = { name, images, channels, height, width, labels, classes, synthetic };
    return new ImageDataset({ ...options, ...changes });
  }
}

/**
 * Image `index`, `channels * height * width` bytes; a view, not a copy.
 *
 * @throws ArgumentError if the index is out of range
 */
export function imageAt(dataset: ImageDataset, index: number): Uint8Array {
  checkIndex(`data set ${dataset.name}`, index, dataset.length);
  const pixels = imageSize(dataset);
  return dataset.images.subarray(index * pixels, (index + 1) * pixels);
}

/** Bytes per image. */
export function imageSize({ channels, height, width }: ImageDataset): number {
  return channels * height * width;
}

/** Copies the images at `indices`, in that order, into a new data set. */
export function selectImages(
  dataset: ImageDataset,
  indices: ArrayLike<number>,
  name = dataset.name,
): ImageDataset {
  const pixels = imageSize(dataset);
  const images = new Uint8Array(indices.length * pixels);
  const labels = newLabels(indices.length, dataset.classes.length);
  for (let i = 0; i < indices.length; i++) {
    images.set(imageAt(dataset, indices[i]), i * pixels);
    labels[i] = dataset.labels[indices[i]];
  }
  return dataset.with({ name, images, labels });
}

/**
 * The first n images, as a view; all of them if there are fewer.
 *
 * @throws ArgumentError unless n is a positive integer
 */
export function limitImages(dataset: ImageDataset, n: number): ImageDataset {
  checkInteger('limit', 'n', n, 1);
  return dataset.with({
    images: dataset.images.subarray(0, n * imageSize(dataset)),
    labels: dataset.labels.subarray(0, n),
  });
}

/**
 * n images at equal distances, so that data sorted by class keeps its classes; all of them if there
 * are fewer.
 *
 * @throws ArgumentError unless n is a positive integer
 */
export function spreadImages(dataset: ImageDataset, n: number): ImageDataset {
  checkInteger('limit', 'n', n, 1);
  const { length } = dataset;
  if (n >= length) return dataset;
  return selectImages(
    dataset,
    Array.from({ length: n }, (_, i) => Math.floor((i * length) / n)),
  );
}

/** Zeros for `length` labels, in the smallest type that can store every class index. */
export function newLabels(length: number, classes: number): ClassLabels {
  return classes > 256 ? new Uint16Array(length) : new Uint8Array(length);
}

/** Number of images per class. */
export function classCounts(dataset: ImageDataset): Uint32Array {
  const counts = new Uint32Array(dataset.classes.length);
  for (const label of dataset.labels) counts[label]++;
  return counts;
}
