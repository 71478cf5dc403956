// Size limits of images, and the error messages for oversized or damaged ones.

import { DataError } from '../../data/errors.js';

/** Maximum size of a file in bytes. */
export const MAX_BYTES = 64 * 2 ** 20;
/** Maximum number of pixels, about 6,500 x 4,900; decoding takes up to about 12 bytes for each. */
export const MAX_PIXELS = 32e6;

/** Rejects the size in a header before any memory is allocated for it. */
export function checkSize(name: string, width: number, height: number): void {
  if (width < 1 || height < 1) {
    throw new DataError(
      `${name}: image size is ${width} x ${height}, but must be at least 1 x 1 pixels`,
    );
  }
  if (width * height > MAX_PIXELS) {
    throw new DataError(
      `${name}: image size is ${width} x ${height}, more than the maximum of ` +
        `${MAX_PIXELS / 1e6} million pixels; scale it down or crop it to the character`,
    );
  }
}

/**
 * The reason in a decoder's error about damaged data.
 *
 * A decoder throws an Error for damage that it expects. A TypeError or RangeError is damage that it
 * does not expect; its text would not help a user.
 */
export function reasonOf(error: unknown): string {
  const expected = error instanceof Error && error.name === 'Error';
  return expected ? error.message : 'its parts are inconsistent';
}
