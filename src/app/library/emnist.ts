// Download of EMNIST for the public API (`inkgrad/node`). The downloader is loaded when it is used.

import { ArgumentError } from '../../engine/errors.js';
import { checkOptions, describeValue } from '../../engine/options.js';
import { checkSplit } from '../../data/emnist/splits.js';
import type { FetchOptions, FetchResult } from '../fetch/fetchEmnist.js';

/** Options of `fetchEmnist`. */
export type FetchEmnistOptions = Pick<
  FetchOptions,
  'split' | 'dir' | 'url' | 'from' | 'signal' | 'onProgress' | 'onMessage'
>;

/**
 * Downloads the files of one EMNIST split into a folder, as `inkgrad data fetch` does: images,
 * labels and class names of the training and the test part. Only these files are requested from the
 * official archive (562 MB; Balanced takes about 33 MB). Every file is checked; valid files that
 * exist are kept. An interrupted download continues at the next call. `readEmnist` with the same
 * `split` and `dir` then reads the images.
 *
 * @throws ArgumentError if an option is unknown or missing, or the split does not exist
 * @throws FetchError if the network or the disk fails; calling again continues
 * @throws DataMissingError if the address has no archive, or the archive lacks a file
 * @throws DataError if the archive is damaged or is not EMNIST
 * @throws the reason of `signal` once it is aborted
 * @example
 * const options = { split: 'digits', dir: 'build/emnist', from: 'missing.zip' } as const;
 * await fetchEmnist(options).catch((error) => print(error instanceof DataMissingError)); // true
 */
export async function fetchEmnist(options: FetchEmnistOptions): Promise<FetchResult> {
  checkOptions<FetchEmnistOptions>('fetchEmnist', options, {
    split: true,
    dir: true,
    url: true,
    from: true,
    signal: true,
    onProgress: true,
    onMessage: true,
  });
  checkSplit(options.split);
  if (typeof options.dir !== 'string') {
    throw new ArgumentError(
      `fetchEmnist: dir must be the path of a folder, got ${describeValue(options.dir)}`,
    );
  }
  const downloader = await import('../fetch/fetchEmnist.js');
  return downloader.fetchEmnist(options);
}
