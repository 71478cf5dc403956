// Download of EMNIST for a run that finds no data, and its messages.

import { InkgradError } from '../../engine/errors.js';
import type { EmnistSplit } from '../../data/emnist/splits.js';
import { InterruptedError } from '../errors.js';
import type { FetchOptions } from '../fetch/fetchEmnist.js';
import { interruptible } from '../terminal/interruptible.js';
import type { Reporter } from '../terminal/reporter.js';

/** Default data folder. */
export const DEFAULT_DATA_DIR = 'data/emnist';

/** Message shown when the user stops a download. */
export const INTERRUPTED_FETCH =
  'stopped; the data received so far is in .partial files, and the same command resumes the ' +
  'download';

/** The reason why the download is disabled, as a sentence; null if it is allowed. */
export function offlineReason(offline: boolean): string | null {
  if (offline) return '--offline disables the download';
  const { INKGRAD_OFFLINE = '' } = process.env;
  return INKGRAD_OFFLINE === '' || INKGRAD_OFFLINE === '0'
    ? null
    : 'INKGRAD_OFFLINE disables the download';
}

/** Callbacks that report a download to the user. */
export function downloadCallbacks(
  reporter: Reporter,
): Pick<FetchOptions, 'onProgress' | 'onMessage'> {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return {
    onProgress: (done, total, name) =>
      reporter.progress(
        done,
        total,
        (perSecond) =>
          `${megabytes(done)} of ${megabytes(total)} MB, ${megabytes(perSecond)} MB/s  ` +
          name.replace(/-ubyte\.gz$/, ''),
      ),
    onMessage: (message) => reporter.warn(message),
  };
}

/**
 * Downloads EMNIST for training; returns null, or the reason why it failed. One attempt with a 5 s
 * timeout detects a missing network quickly.
 */
export async function fetchForTraining(
  split: EmnistSplit,
  reporter: Reporter,
): Promise<string | null> {
  reporter.print(`No EMNIST data found: fetching the ${split} split into ${DEFAULT_DATA_DIR}`);
  const { fetchEmnist } = await import('../fetch/fetchEmnist.js'); // only if data is missing
  try {
    await interruptible(INTERRUPTED_FETCH, (signal) =>
      fetchEmnist({
        split,
        dir: DEFAULT_DATA_DIR,
        signal,
        ...downloadCallbacks(reporter),
        firstRequest: { maxTries: 1, responseTimeout: 5_000 },
      }),
    );
    return null;
  } catch (error) {
    if (error instanceof InterruptedError || !(error instanceof InkgradError)) throw error;
    return error.message;
  }
}
