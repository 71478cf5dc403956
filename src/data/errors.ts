// The errors of the data layer: a file that is damaged, and a file that is not there. They are two classes because
// a person mends them differently, and the command line gives them different exit codes.

import { FormatError, InkgradError } from '../engine/errors.js';

/** A data file that is damaged, cut short, or of another kind than expected; the message names the file and the fix. */
export class DataError extends FormatError {
  override name = 'DataError';
}

/** Data that is not where it was looked for; the message lists the places and says how to get it. */
export class DataMissingError extends InkgradError {
  override name = 'DataMissingError';
}
