// Images from `--data` in any layout except EMNIST's own, as the source of training and evaluation.

import { existsSync } from 'node:fs';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import type { WantedInput } from '../datasets/buildDataset.js';
import type { Orientation } from '../datasets/formats/orientation.js';
import type { OpenedCollection } from '../datasets/openCollection.js';
import type { ModelInput } from '../model/modelInput.js';
import type { Reporter } from '../terminal/reporter.js';

/** Options that apply to every layout. */
export interface LayoutOptions {
  /** Size, channels and preprocessing of the images. Default: as the data suggests. */
  readonly input?: WantedInput | undefined;
  /** Whether arrays are stored transposed. Default `auto`. */
  readonly orientation?: Orientation | undefined;
  /** Reports what was detected, and progress. */
  readonly reporter?: Reporter | undefined;
}

/** What a path contains: EMNIST's own files in a folder, or another data set. */
export type FoundData = { readonly emnist: string } | OpenedCollection;

/**
 * Opens the file or folder of `--data`. A path that does not exist is left to the reader of EMNIST,
 * which reports it.
 *
 * @throws DataError if the layout is unknown, or a file is damaged
 */
export async function openData(
  path: string,
  split: string,
  { orientation, reporter }: LayoutOptions,
): Promise<FoundData> {
  if (!existsSync(path)) return { emnist: path };
  const { openCollection } = await import('../datasets/openCollection.js'); // not for EMNIST's default folder
  const found = await openCollection(path, { split, orientation });
  if ('notes' in found) for (const note of found.notes) reporter?.warn(`note      ${note}`);
  return found;
}

/** One part of a data set, as the input of a network. */
export async function readPart(
  found: OpenedCollection,
  part: 'train' | 'validation' | 'test',
  { input: wanted = {}, reporter, limit }: LayoutOptions & { readonly limit?: number | undefined },
): Promise<{ readonly dataset: ImageDataset; readonly input: ModelInput }> {
  const { buildDataset } = await import('../datasets/buildDataset.js');
  return buildDataset(found, part, {
    wanted,
    limit,
    onProgress: (done, total) => reporter?.progress(done, total, `image ${done} of ${total}`),
  });
}
