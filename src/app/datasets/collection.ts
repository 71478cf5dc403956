// A data set as found on disk: for each part the labels, and the images on demand.

import { DataError } from '../../data/errors.js';
import type { DecodedImage } from '../../data/image/preprocess.js';
import type { PartName, StoredImages } from './formats/storedImages.js';

/** The images of one part. */
export interface PartImages {
  /** The label of each image as text. */
  readonly labels: readonly string[];
  /** True for arrays of pixels; false for image files, which may be scans or photos. */
  readonly areArrays: boolean;
  /** Image `index`, decoded. */
  readonly image: (index: number) => DecodedImage | Promise<DecodedImage>;
}

/** A data set on disk. */
export interface Collection {
  /** Name in reports, such as `Kaggle CSV digits`. */
  readonly name: string;
  readonly parts: Readonly<Partial<Record<PartName, PartImages>>> & {
    readonly train: PartImages;
  };
  /** Class name of each label; null: the labels are the names. */
  readonly classNames: ReadonlyMap<string, string> | null;
  /** What was detected, for the user. */
  readonly notes: readonly string[];
}

/** The images of a part that was read completely. */
export function storedPart(stored: StoredImages): PartImages {
  const { pixels, height, width, channels, labels } = stored;
  const size = height * width * channels;
  return {
    labels,
    areArrays: true,
    image: (index) => ({
      data: pixels.subarray(index * size, (index + 1) * size),
      width,
      height,
      channels,
    }),
  };
}

/** The error for data of a known layout with a problem that the user can fix. */
export function dataProblem(path: string, problem: string, remedy: string): DataError {
  return new DataError(`${path}: ${problem}; ${remedy}`);
}
