// A data set in memory, and functions that split it. Consists of upright 28 x 28 byte images and
// their class indices. Host arrays only, no tensors, no files. emnistDataset.ts and synthetic.ts
// create data sets; loader.ts batches them.

import ndarray, { type NdArray } from 'ndarray';
import { ArgumentError } from '../../engine/errors.js';
import type { Rng } from '../../engine/rng.js';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../emnist/idx.js';

/** Images and labels in host memory. `makeDataset` validates the lengths. */
export interface Dataset {
  /** Name used in reports, e.g. `EMNIST balanced test`. */
  readonly name: string;
  /** Upright images, row by row: `[length, 28, 28]`, 0 = paper, 255 = ink. */
  readonly images: Uint8Array;
  /** Class indices, from 0: `[length]`. */
  readonly labels: Uint8Array;
  /** Name of each class; image i shows `classes[labels[i]]`. */
  readonly classes: readonly string[];
  /** Number of images. */
  readonly length: number;
  /** Rows per image. */
  readonly height: 28;
  /** Columns per image. */
  readonly width: 28;
  /** True for synthetic data, so that a report never calls it EMNIST. */
  readonly synthetic: boolean;
}

/** The fields of a `Dataset` from which the others follow. */
export interface DatasetParts {
  readonly name: string;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly classes: readonly string[];
  readonly synthetic: boolean;
}

/**
 * Creates a data set from its parts.
 *
 * @throws ArgumentError if the lengths do not match or a label is outside the classes
 */
export function makeDataset(parts: DatasetParts): Dataset {
  const { name, images, labels, classes, synthetic } = parts;
  const { length } = labels;
  if (images.length !== length * IMAGE_PIXELS) {
    throw new ArgumentError(
      `dataset ${name}: ${length} labels need ${length * IMAGE_PIXELS} bytes of images, got ${images.length}`,
    );
  }
  const invalidIndex = labels.findIndex((label) => label >= classes.length);
  if (invalidIndex >= 0) {
    throw new ArgumentError(
      `dataset ${name}: label ${labels[invalidIndex]} of image ${invalidIndex} is outside its ${classes.length} classes`,
    );
  }
  return {
    name,
    images,
    labels,
    classes,
    length,
    height: IMAGE_SIDE,
    width: IMAGE_SIDE,
    synthetic,
  };
}

/** The images as a `[n, 28, 28]` view; nothing is copied. */
export function asNdarray(dataset: Dataset): NdArray<Uint8Array> {
  return ndarray(dataset.images, [dataset.length, dataset.height, dataset.width]);
}

/**
 * Image `index`, 784 bytes; a view, not a copy.
 *
 * @throws ArgumentError if the index is out of range
 */
export function imageAt(dataset: Dataset, index: number): Uint8Array {
  if (!Number.isInteger(index) || index < 0 || index >= dataset.length) {
    throw new ArgumentError(
      `dataset ${dataset.name}: image ${index} is outside its ${dataset.length} images`,
    );
  }
  return dataset.images.subarray(index * IMAGE_PIXELS, (index + 1) * IMAGE_PIXELS);
}

/** Copies the images at `indices`, in that order, into a new data set. */
export function subset(dataset: Dataset, indices: ArrayLike<number>, name = dataset.name): Dataset {
  const images = new Uint8Array(indices.length * IMAGE_PIXELS);
  const labels = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    images.set(imageAt(dataset, indices[i]), i * IMAGE_PIXELS);
    labels[i] = dataset.labels[indices[i]];
  }
  return makeDataset({ ...dataset, name, images, labels });
}

/**
 * The first n images, as a view; all of them if there are fewer.
 *
 * @throws ArgumentError unless n is a positive integer
 */
export function limitDataset(dataset: Dataset, n: number): Dataset {
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new ArgumentError(`limit: must be a whole number of at least 1, got ${n}`);
  }
  return makeDataset({
    ...dataset,
    images: dataset.images.subarray(0, n * IMAGE_PIXELS),
    labels: dataset.labels.subarray(0, n),
  });
}

/** Number of images per class. */
export function classCounts(dataset: Dataset): Uint32Array {
  const counts = new Uint32Array(dataset.classes.length);
  for (const label of dataset.labels) counts[label]++;
  return counts;
}

/** Indices of the images in each part, in the original order. */
export interface SplitIndices {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Splits off a seeded fraction of every class for validation: `round(fraction *
 * count)` images each.
 *
 * Both parts keep the original order, so only membership is random. It depends only on the key of
 * `rng` and on the labels.
 *
 * @throws ArgumentError unless 0 < fraction < 1
 */
export function stratifiedIndices(dataset: Dataset, fraction: number, rng: Rng): SplitIndices {
  if (!(fraction > 0 && fraction < 1)) {
    throw new ArgumentError(
      `stratified split: fraction must lie between 0 and 1, exclusive, got ${fraction}`,
    );
  }
  const indicesByClass = dataset.classes.map((): number[] => []);
  dataset.labels.forEach((label, index) => indicesByClass[label].push(index));
  const isValidation = new Uint8Array(dataset.length);
  for (const [label, indices] of indicesByClass.entries()) {
    const order = rng.split(`class-${label}`).permutation(indices.length);
    for (const position of order.subarray(0, Math.round(fraction * indices.length)))
      isValidation[indices[position]] = 1;
  }
  const allIndices = Array.from({ length: dataset.length }, (_, index) => index);
  return {
    train: allIndices.filter((index) => isValidation[index] === 0),
    validation: allIndices.filter((index) => isValidation[index] === 1),
  };
}

/**
 * The two parts of `stratifiedIndices` as data sets; the images are copied.
 *
 * @throws ArgumentError unless 0 < fraction < 1
 */
export function stratifiedSplit(
  dataset: Dataset,
  fraction: number,
  rng: Rng,
): { readonly train: Dataset; readonly validation: Dataset } {
  const { train, validation } = stratifiedIndices(dataset, fraction, rng);
  return {
    train: subset(dataset, train, `${dataset.name}, training part`),
    validation: subset(dataset, validation, `${dataset.name}, validation part`),
  };
}
