// Decodes JPEG files: the header is checked first (jpegHeader.ts), jpeg-js decodes, and the image
// is rotated upright.
//
// jpeg-js is plain JavaScript, has limits for size and memory, and is the decoder of image-js and
// jimp.

import { decode } from 'jpeg-js';
import { DataError } from '../../data/errors.js';
import type { DecodedImage } from '../../data/image/preprocess.js';
import { readJpegHeader } from './jpegHeader.js';
import { MAX_PIXELS, reasonOf } from './limits.js';
import { upright } from './orientation.js';

/** Memory limit for decoding in megabytes: 12 per million pixels, and a margin. */
const MAX_MEGABYTES = 512;

/**
 * Decodes a JPEG file, upright.
 *
 * @throws DataError that names the file and the problem
 */
export function decodeJpeg(bytes: Uint8Array, name: string): DecodedImage {
  const { orientation, isRgb } = readJpegHeader(bytes, name);
  try {
    const { data, width, height } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      ...(isRgb ? { colorTransform: false } : {}), // jpeg-js assumes YCbCr for three components
      tolerantDecoding: false,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: MAX_MEGABYTES,
    });
    return upright({ data, width, height, channels: 3 }, orientation);
  } catch (error) {
    throw new DataError(`${name}: the JPEG data is damaged (${reasonOf(error)})`);
  }
}
