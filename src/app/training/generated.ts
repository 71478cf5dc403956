// Generated images that are mixed into the training images: characters of forms that EMNIST lacks, and
// outliers, which are not characters.

import { ArgumentError } from '../../engine/errors.js';
import { IMAGE_PIXELS } from '../../data/emnist/idx.js';
import { BALANCED_CLASSES } from '../../data/emnist/splits.js';
import { newLabels, type ImageDataset } from '../../data/loading/imageDataset.js';
import { Outliers } from '../../data/strokes/outliers.js';
import { RareCharacters } from '../../data/strokes/rareCharacters.js';

/** Name of the class of outliers; its index is the number of classes of the network. */
export const OUTLIER_CLASS = 'not a character';

/** Shares of the images of an epoch, from 0. */
export interface GeneratedShares {
  /** Characters of forms that EMNIST lacks; see RareCharacters. */
  readonly rareForms: number;
  /** Drawings that are not characters; see Outliers. */
  readonly outliers: number;
}

/**
 * The training images followed by generated ones. With outliers the result has one more class,
 * `OUTLIER_CLASS`.
 *
 * @param seed the generated images depend only on it and on the number of images
 * @throws ArgumentError unless the classes are those of EMNIST Balanced, or if no image would be real
 */
export function addGenerated(
  train: ImageDataset,
  { rareForms, outliers }: GeneratedShares,
  seed: number,
): ImageDataset {
  if (rareForms === 0 && outliers === 0) return train;
  if (train.classes.join() !== BALANCED_CLASSES.join()) {
    throw new ArgumentError(
      '--rare-forms and --outliers need the 47 classes of the balanced split; ' +
        `remove them for ${train.name}`,
    );
  }
  const total = train.length / (1 - rareForms - outliers);
  if (!(total > 0 && total < Infinity)) {
    throw new ArgumentError(
      `--rare-forms ${rareForms} and --outliers ${outliers} leave no real images; ` +
        'their sum must be below 1',
    );
  }
  const [rareCount, outlierCount] = [rareForms, outliers].map((share) => Math.round(share * total));
  const classes = outlierCount > 0 ? [...train.classes, OUTLIER_CLASS] : train.classes;
  const length = train.length + rareCount + outlierCount;
  const images = new Uint8Array(length * IMAGE_PIXELS);
  const labels = newLabels(length, classes.length);
  images.set(train.images);
  labels.set(train.labels);
  let next = train.length;
  const add = (image: Uint8Array, label: number): void => {
    images.set(image, next * IMAGE_PIXELS);
    labels[next] = label;
    next += 1;
  };
  const characters = new RareCharacters({ seed });
  for (let index = 0; index < rareCount; index++) {
    const { image, label } = characters.sample(index);
    add(image, label);
  }
  const drawings = new Outliers({ seed });
  for (let index = 0; index < outlierCount; index++) {
    add(drawings.sample(index).image, train.classes.length);
  }
  return train.with({ images, labels, classes });
}
