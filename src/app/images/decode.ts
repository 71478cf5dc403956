// Decodes an image file to pixels; the signature decides the format, never the file name.

import { DataError } from '../../data/errors.js';
import type { DecodedImage } from '../../data/image/preprocess.js';
import { decodeJpeg } from './jpeg.js';
import { decodePng, PNG_SIGNATURE } from './png.js';

/** Signatures of formats that users often mistake for supported ones. */
const OTHER_FORMATS: readonly (readonly [beginning: RegExp, kind: string])[] = [
  [/^GIF8/, 'a GIF image'],
  [/^RIFF.{4}WEBP/s, 'a WebP image'],
  [/^.{4}ftyp(heic|heix|mif1|avif)/s, 'a HEIC or AVIF image'],
  [/^BM/, 'a BMP image'],
  [/^(II\*\0|MM\0\*)/, 'a TIFF image'],
  [/^%PDF/, 'a PDF document'],
  [/^\s*<(\?xml|svg)/i, 'an SVG image'],
  [/^\s*<(!doctype|html)/i, 'an HTML page'],
];

/**
 * Decodes a PNG or JPEG file.
 *
 * @throws DataError for another kind of file, a damaged one, or one with too many pixels
 */
export function decodeImage(bytes: Uint8Array, name: string): DecodedImage {
  if (bytes.length === 0) throw new DataError(`${name}: the file is empty`);
  if (PNG_SIGNATURE.every((value, i) => bytes[i] === value)) return decodePng(bytes, name);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, name);
  const beginning = String.fromCharCode(...bytes.subarray(0, 32));
  const kind = OTHER_FORMATS.find(([pattern]) => pattern.test(beginning))?.[1];
  throw new DataError(
    `${name}: is ${kind ?? 'neither a PNG nor a JPEG image'}; only PNG and JPEG are ` +
      'supported, convert it first',
  );
}
