// The parts of the training data: how many synthetic characters replace it, and which images are
// held out for validation. The command line and the library share them.

import { ArgumentError } from '../../engine/errors.js';
import type { Rng } from '../../engine/rng.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { stratifiedSplit } from '../../data/loading/split.js';

/** Number of synthetic training images: 120 of each of the 47 classes. */
export const SYNTHETIC_COUNT = 47 * 120;

/** Name of the random stream that selects the validation images. */
export const VALIDATION_STREAM = 'validation';

/** Images to train on and images to validate on. */
export interface TrainingParts {
  readonly train: ImageDataset;
  readonly validation: ImageDataset;
}

/**
 * Holds out a fraction of every class for validation.
 *
 * @param rng the root generator of the run
 * @param option name of the option that sets the fraction, for the message
 * @throws ArgumentError if a part would be empty
 */
export function holdOutValidation(
  all: ImageDataset,
  fraction: number,
  rng: Rng,
  option: string,
): TrainingParts {
  const parts = stratifiedSplit(all, fraction, rng.split(VALIDATION_STREAM));
  if (parts.validation.length === 0 || parts.train.length === 0) {
    throw new ArgumentError(
      `${option} ${fraction} of ${all.length} images leaves ${parts.train.length} to train on and ` +
        `${parts.validation.length} to validate on; use more images or another fraction`,
    );
  }
  return parts;
}
