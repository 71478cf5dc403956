// How large a picture may be, and what is said when it is larger, or when a decoder gives up. Imports errors.

import { DataError } from '../../data/errors.js';

/** Bytes of a file. */
export const MAX_BYTES = 64 * 2 ** 20;
/** Pixels, about 6,500 x 4,900: decoding takes up to some 12 bytes for each. */
export const MAX_PIXELS = 32e6;

/** Refuses what a header promises before any memory is taken for it. */
export function checkSize(name: string, width: number, height: number): void {
  if (width < 1 || height < 1) {
    throw new DataError(`${name}: is ${width} x ${height} pixels large, so there is nothing on it`);
  }
  if (width * height > MAX_PIXELS) {
    throw new DataError(
      `${name}: claims to be ${width} x ${height} pixels large; at most ${MAX_PIXELS / 1e6} million are read.` +
        ' Scale it down or cut the character out',
    );
  }
}

/**
 * What a decoder says of damaged data. It raises an Error where it expects damage; a TypeError or RangeError is damage
 * that surprised it, whose text would tell a person nothing.
 */
export function reasonOf(error: unknown): string {
  const expected = error instanceof Error && error.name === 'Error';
  return expected ? error.message : 'its parts do not fit together';
}
