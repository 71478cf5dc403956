// The errors of the data layer: damaged files and missing files. They are two classes because their
// fixes differ and the command line gives them different exit codes.

import { FormatError, InkgradError } from '../engine/errors.js';

/**
 * A data file that is damaged, truncated or of another kind than expected. The message states
 * the file and the fix.
 *
 * @example
 * try {
 *   parseIdx(new Uint8Array(0), { name: 'empty', expect: 'labels' });
 * } catch (error) {
 *   print(error instanceof DataError); // true
 * }
 */
export class DataError extends FormatError {
  override name = 'DataError';
}

/**
 * Data that was not found. The message lists the places searched and how to get the data.
 *
 * @example print(new DataMissingError('no such folder') instanceof InkgradError); // true
 */
export class DataMissingError extends InkgradError {
  override name = 'DataMissingError';
}
