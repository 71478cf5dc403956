// Rejects image files that are empty or too large to be read.

import { DataError } from '../../../data/errors.js';
import { MAX_BYTES } from '../../images/limits.js';

const MEGABYTE = 2 ** 20;

/** @throws DataError with the size and the limit: "photo.png: 300 MB is too large (limit 64 MB)" */
export function checkFileSize(bytes: number, name: string): void {
  if (bytes === 0) throw new DataError(`${name}: the file is empty; choose another one`);
  if (bytes > MAX_BYTES) {
    // Rounded up, so that no size above the limit is stated as the limit.
    const size = Math.ceil(bytes / MEGABYTE);
    throw new DataError(
      `${name}: ${size} MB is too large (limit ${MAX_BYTES / MEGABYTE} MB); scale it down or crop it to the character`,
    );
  }
}
