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

/** Memory limit for decoding in megabytes: 12 per million pixels, and a margin. */
const MAX_MEGABYTES = 512;

/**
 * Decodes a JPEG file, upright.
 *
 * @throws DataError that names the file and the problem
 */
export function decodeJpeg(bytes: Uint8Array, name: string): DecodedImage {
  const { orientation } = readJpegHeader(bytes, name);
  try {
    const { data, width, height } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: MAX_MEGABYTES,
    });
    return upright({ data, width, height, channels: 3 }, orientation);
  } catch (error) {
    throw new DataError(`${name}: the JPEG data is damaged (${reasonOf(error)})`);
  }
}

/**
 * Undoes Exif's eight orientations: 5 to 8 are rotated by 90 degrees, 2, 4, 5 and 7 are mirrored.
 */
function upright(image: DecodedImage, orientation: number): DecodedImage {
  if (orientation === 1) return image;
  const { data, width, height, channels } = image;
  const swapsAxes = orientation >= 5;
  const [outWidth, outHeight] = swapsAxes ? [height, width] : [width, height];
  const mirrorX = [2, 3, 7, 8].includes(orientation);
  const mirrorY = [3, 4, 6, 7].includes(orientation);
  const rotated = new Uint8Array(data.length);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const [column, row] = swapsAxes ? [y, x] : [x, y];
      const sourceX = mirrorX ? width - 1 - column : column;
      const sourceY = mirrorY ? height - 1 - row : row;
      const [from, to] = [(sourceY * width + sourceX) * channels, (y * outWidth + x) * channels];
      for (let c = 0; c < channels; c++) rotated[to + c] = data[from + c];
    }
  }
  return { data: rotated, width: outWidth, height: outHeight, channels };
}
