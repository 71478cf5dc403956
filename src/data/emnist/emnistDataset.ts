// Converts the contents of EMNIST files to a data set: upright images, labels from 0. Runs in Node
// and in the browser. Opens no file; readEmnist.ts does so in Node, the page in the browser.

import { ImageDataset } from '../loading/imageDataset.js';
import { DataError } from '../errors.js';
import { checkSameCount, IMAGE_PIXELS, IMAGE_SIDE, type NamedIdx } from './idx.js';
import { EMNIST_SPLITS, type EmnistPart, type EmnistSplit } from './splits.js';

/** The parsed files of one part of a split: the options of `emnistDataset`. */
export interface EmnistFiles {
  /** One of `balanced`, `letters`, `digits`, `mnist`, `byclass` and `bymerge`. */
  readonly split: EmnistSplit;
  /** `train` or `test`. */
  readonly part: EmnistPart;
  /** The images as stored, which is transposed; see `parseIdx`. */
  readonly images: NamedIdx;
  /** The labels as stored; those of Letters begin at 1. */
  readonly labels: NamedIdx;
  /** The class names; default: those of the split. */
  readonly classes?: readonly string[] | undefined;
}

/**
 * Combines a file of images and a file of labels into a data set: upright images, labels from 0.
 *
 * @throws DataError if the counts differ, a label is outside the split, or there are no images
 * @see https://www.nist.gov/itl/products-and-services/emnist-dataset
 * @example
 * // In a program, the bytes come from the decompressed files of the official archive.
 * const imageBytes = new Uint8Array(16 + 784);
 * imageBytes.set([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28]);
 * const labelBytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 10);
 * const dataset = emnistDataset({
 *   split: 'balanced',
 *   part: 'train',
 *   images: parseIdx(imageBytes, { name: 'images', expect: 'images' }),
 *   labels: parseIdx(labelBytes, { name: 'labels', expect: 'labels' }),
 * });
 * print(dataset.classes[dataset.labels[0]]); // A
 */
export function emnistDataset({ split, part, images, labels, classes }: EmnistFiles): ImageDataset {
  checkSameCount(images, labels);
  if (images.count === 0)
    throw new DataError(`${images.name}: contains no images; download it again`);
  const count = Math.min(images.values.shape[0], labels.values.shape[0]);
  return new ImageDataset({
    name: `EMNIST ${split} ${part}`,
    images: uprightImages(images.values.data, count),
    height: IMAGE_SIDE,
    width: IMAGE_SIDE,
    labels: classIndices(labels.values.data, count, labels.name, split),
    classes: classes ?? EMNIST_SPLITS[split].classes,
    synthetic: false,
  });
}

/**
 * Transposes stored EMNIST images. EMNIST stores byte 28 x + y for the pixel in row y, column x.
 *
 * @returns the first `count` images upright, row by row, in a new array
 */
export function uprightImages(stored: Uint8Array, count: number): Uint8Array {
  const upright = new Uint8Array(count * IMAGE_PIXELS);
  for (let start = 0; start < upright.length; start += IMAGE_PIXELS) {
    for (let y = 0; y < IMAGE_SIDE; y++) {
      for (let x = 0; x < IMAGE_SIDE; x++) {
        upright[start + y * IMAGE_SIDE + x] = stored[start + x * IMAGE_SIDE + y];
      }
    }
  }
  return upright;
}

function classIndices(
  stored: Uint8Array,
  count: number,
  name: string,
  split: EmnistSplit,
): Uint8Array {
  const { classes, firstLabel } = EMNIST_SPLITS[split];
  const indices = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const index = stored[i] - firstLabel;
    if (index < 0 || index >= classes.length) {
      throw new DataError(
        `${name}: label ${stored[i]} of image ${i} is outside ${firstLabel} to ${firstLabel + classes.length - 1},` +
          ` the labels of the ${split} split; is this the file of another split?`,
      );
    }
    indices[i] = index;
  }
  return indices;
}
