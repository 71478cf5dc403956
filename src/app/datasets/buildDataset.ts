// Converts the images of one part to a data set in the form of a network's input.

import { DataError } from '../../data/errors.js';
import { ImageDataset, newLabels } from '../../data/loading/imageDataset.js';
import { isColored, isColorful } from '../../data/image/resizeImage.js';
import type { DecodedImage } from '../../data/image/workingImage.js';
import { IMAGE_SIDE } from '../../data/emnist/idx.js';
import { Rng } from '../../engine/rng.js';
import { inputPixels, type ModelInput, type Preprocessing } from '../model/modelInput.js';
import { prepareImage } from '../model/prepareImage.js';
import type { PartName } from './formats/storedImages.js';
import type { OpenedCollection, Selection } from './openCollection.js';

/** Selects the images of `limit`. */
const LIMIT_SEED = 20261130;

/** What is known of the input; the rest follows from the data. */
export interface WantedInput {
  readonly size?: number | undefined;
  /** Default: 3 if an image is colored. */
  readonly channels?: 1 | 3 | undefined;
  /** Default: `ink` for images without much color whose class names are single characters. */
  readonly preprocess?: Preprocessing | undefined;
}

export interface BuildOptions {
  readonly wanted: WantedInput;
  /** Number of images, spread evenly over the part. Default: all. */
  readonly limit?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A data set and the form of its images. */
export interface BuiltDataset {
  readonly dataset: ImageDataset;
  readonly input: ModelInput;
}

/**
 * Converts the images of a part.
 *
 * @throws DataError if the part is empty or an image is damaged
 */
export async function buildDataset(
  collection: OpenedCollection,
  part: PartName,
  { wanted, limit, onProgress }: BuildOptions,
): Promise<BuiltDataset> {
  const { name, classes, labels, parts } = collection;
  const selection = limited(parts[part]!, limit);
  const count = selection.indices.length;
  if (count === 0) {
    throw new DataError(
      `${name}: the ${part} part is empty; add images, at least ten of each class`,
    );
  }
  const { size = IMAGE_SIDE } = wanted;
  const areCharacters = classes.every((text) => Array.from(text).length === 1);
  // Starts with gray inputs, and again with color ones after the first colored image.
  for (let channels = wanted.channels ?? 1; ; channels = 3) {
    const areInk = wanted.channels !== 3 && channels === 1 && areCharacters;
    const preprocess = wanted.preprocess ?? (areInk ? 'ink' : 'resize');
    const input: ModelInput = { size, channels, preprocess };
    const mayBeColored =
      wanted.channels === undefined && channels === 1 && wanted.preprocess !== 'ink';
    const images = await convert(selection, input, mayBeColored, onProgress);
    if (images === null) continue;
    const classOf = new Map(labels.map((label, index) => [label, index]));
    const indices = newLabels(count, classes.length);
    for (let i = 0; i < count; i++) {
      indices[i] = classOf.get(selection.images.labels[selection.indices[i]])!;
    }
    const dataset = new ImageDataset({
      name: `${name} ${part}`,
      images,
      channels,
      height: size,
      width: size,
      labels: indices,
      classes,
      synthetic: false,
    });
    return { dataset, input };
  }
}

/** The bytes of the images; null as soon as one is colored, if `mayBeColored`. */
async function convert(
  { images, indices }: Selection,
  input: ModelInput,
  mayBeColored: boolean,
  onProgress: BuildOptions['onProgress'],
): Promise<Uint8Array | null> {
  const pixels = inputPixels(input);
  const result = new Uint8Array(indices.length * pixels);
  for (let i = 0; i < indices.length; i++) {
    const image = await images.image(indices[i]);
    // Photos of handwriting have colored paper and ink, but are not colorful.
    const mayBeTinted = input.preprocess === 'ink' && !images.areArrays;
    if (mayBeColored && (mayBeTinted ? isColorful(image) : isColored(image))) return null;
    result.set(toInput(image, input, images.areArrays), i * pixels);
    if (!images.areArrays) onProgress?.(i + 1, indices.length);
  }
  return result;
}

/** Arrays of 28 x 28 gray pixels are in EMNIST's form already, 0 = paper. */
function toInput(image: DecodedImage, input: ModelInput, isArray: boolean): Uint8Array {
  const { width, height, channels } = image;
  const isPrepared = isArray && width === IMAGE_SIDE && height === IMAGE_SIDE && channels === 1;
  const method = isPrepared ? { ...input, preprocess: 'resize' as const } : input;
  return prepareImage(image, method).image;
}

/** The first images of a random order, in their own order, so that a few are of all classes. */
function limited({ images, indices }: Selection, limit = Infinity): Selection {
  if (limit >= indices.length) return { images, indices };
  const order = new Rng(LIMIT_SEED).split('limit').permutation(indices.length);
  const kept = order.slice(0, limit).sort();
  return { images, indices: Array.from(kept, (position) => indices[position]) };
}
