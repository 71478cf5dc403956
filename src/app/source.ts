// Where the images come from: the folder named by --data, by EMNIST_DIR, or data/emnist; and when training finds
// none, the built-in synthetic characters, which are not EMNIST and never pass for it. Imports data.

import { existsSync } from 'node:fs';
import { ArgumentError } from '../engine/errors.js';
import type { Rng } from '../engine/rng.js';
import { stratifiedSplit, type Dataset } from '../data/dataset.js';
import { readEmnist } from '../data/emnist.js';
import { checkSplit, type EmnistSplit } from '../data/splits.js';
import { syntheticDataset } from '../data/synthetic.js';

/** Where `inkgrad` looks for data when nothing names a place. */
export const DEFAULT_DATA_DIR = 'data/emnist';

/** Synthetic training images: 120 of each of the 47 classes. */
const SYNTHETIC_COUNT = 47 * 120;

export interface SourceOptions {
  /** The folder given with --data. */
  readonly data?: string | undefined;
  /** EMNIST split. */
  readonly split: string;
  /** Read the first so many images only. */
  readonly limit?: number | undefined;
}

/** A folder to read EMNIST from and why it was chosen, or null if no folder was named and the default is absent. */
export function findDataDir(data: string | undefined): string | null {
  const named = data ?? process.env.EMNIST_DIR;
  if (named !== undefined && named !== '') return named;
  return existsSync(DEFAULT_DATA_DIR) ? DEFAULT_DATA_DIR : null;
}

/** One part as it is stored; `synthetic` seeds the drawn characters where there is no data. */
async function readPart(
  options: SourceOptions,
  part: 'train' | 'test',
  synthetic: number | null,
): Promise<Dataset> {
  const split: EmnistSplit = checkSplit(options.split);
  const dir = findDataDir(options.data);
  if (dir === null && synthetic !== null) {
    const count = Math.min(SYNTHETIC_COUNT, options.limit ?? Infinity);
    return syntheticDataset({ seed: synthetic, count, part });
  }
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  return readEmnist({ dir: dir ?? DEFAULT_DATA_DIR, split, part, ...limit });
}

export interface TrainingSourceOptions extends SourceOptions {
  /** Part of the training images that is set aside for validation. */
  readonly valFraction: number;
  /** Decides which images those are. */
  readonly rng: Rng;
  /** Seed of the synthetic characters, should they be needed; null if they must not stand in for missing data. */
  readonly seed: number | null;
}

export interface TrainingSource {
  readonly train: Dataset;
  readonly validation: Dataset;
}

/** The training part, cut into training and validation. The test part is not touched. */
export async function openTrainingSource(options: TrainingSourceOptions): Promise<TrainingSource> {
  const all = await readPart(options, 'train', options.seed);
  const parts = stratifiedSplit(all, options.valFraction, options.rng.split('validation'));
  if (parts.validation.length === 0 || parts.train.length === 0) {
    throw new ArgumentError(
      `--val-fraction ${options.valFraction} of ${all.length} images leaves ${parts.train.length} to train on and ` +
        `${parts.validation.length} to validate on; use more images or another fraction`,
    );
  }
  return parts;
}

/** The test part; only evaluation asks for it. */
export function openTestSource(options: SourceOptions): Promise<Dataset> {
  return readPart(options, 'test', null);
}
