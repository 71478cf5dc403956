// Conversion of an image file to the pad's bitmap and the network's input, with the command line's preprocessing.
// The browser decodes the file. Loaded on demand with the first image.

import { DataError } from '../../../data/errors.js';
import { preprocess } from '../../../data/image/preprocess.js';
import { readJpegHeader } from '../../images/jpegHeader.js';
import { checkSize } from '../../images/limits.js';
import { checkFileSize } from './imageSize.js';
import type { PadImage } from './padContents.js';

/** The longer side of the bitmap on the pad, in pixels. */
const DISPLAY_SIDE = 1024;

/**
 * Reads an image of one character.
 *
 * @param name name of the file, for error messages
 * @returns null if no character stands out
 * @throws DataError if it is empty, too large, or not decodable by this browser
 */
export async function readImageFile(file: Blob, name: string): Promise<PadImage | null> {
  checkFileSize(file.size, name);
  checkHeader(new Uint8Array(await file.arrayBuffer()), name);
  const decoded = await createImageBitmap(file).catch(() => {
    throw new DataError(
      `${name} can't be opened as an image; choose a PNG, JPEG, WebP or GIF file`,
    );
  });
  try {
    const { width, height } = decoded;
    checkSize(name, width, height);
    const { image, empty } = preprocess({ data: pixelsOf(decoded), width, height, channels: 4 });
    return empty ? null : { bitmap: await shrink(decoded), input: image };
  } finally {
    decoded.close();
  }
}

/** Rejects an image that would need too much memory, before decoding, for the formats whose header it can read. */
function checkHeader(bytes: Uint8Array, name: string): void {
  const isPng = bytes.length >= 24 && String.fromCharCode(...bytes.subarray(1, 4)) === 'PNG';
  if (isPng) {
    const header = new DataView(bytes.buffer);
    checkSize(name, header.getUint32(16), header.getUint32(20));
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) readJpegHeader(bytes, name);
}

/** The pixels as RGBA. */
function pixelsOf(bitmap: ImageBitmap): Uint8ClampedArray {
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
}

function shrink(bitmap: ImageBitmap): Promise<ImageBitmap> {
  const scale = Math.min(1, DISPLAY_SIDE / Math.max(bitmap.width, bitmap.height));
  return createImageBitmap(bitmap, {
    resizeWidth: Math.max(1, Math.round(bitmap.width * scale)),
    resizeHeight: Math.max(1, Math.round(bitmap.height * scale)),
    resizeQuality: 'high',
  });
}
