// Exif orientation: reads the tag, and rotates an image upright.
//
// Exif 2.32, section 4.6 (TIFF header and the tag Orientation).

import type { DecodedImage } from '../../data/image/preprocess.js';

/**
 * The Orientation of Exif data, which begin with a TIFF header: 1 upright, 3 rotated by 180 degrees,
 * 6 and 8 by 90 degrees, even ones mirrored. Null if it is absent or malformed.
 */
export function readOrientation(exif: Uint8Array): number | null {
  if (exif.length < 8) return null;
  const tiff = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const byteOrder = tiff.getUint16(0);
  if (byteOrder !== 0x4949 && byteOrder !== 0x4d4d) return null;
  const littleEndian = byteOrder === 0x4949;
  const directory = tiff.getUint32(4, littleEndian);
  if (directory + 2 > tiff.byteLength) return null;
  const entries = tiff.getUint16(directory, littleEndian);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.byteLength) return null;
    if (tiff.getUint16(entry, littleEndian) !== 0x0112) continue;
    const value = tiff.getUint16(entry + 8, littleEndian);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

/**
 * Undoes Exif's eight orientations: 5 to 8 are rotated by 90 degrees, 2, 4, 5 and 7 are mirrored.
 */
export function upright(image: DecodedImage, orientation: number): DecodedImage {
  if (orientation === 1) return image;
  const { data, width, height, channels } = image;
  const swapsAxes = orientation >= 5;
  const [outWidth, outHeight] = swapsAxes ? [height, width] : [width, height];
  const mirrorX = [2, 3, 7, 8].includes(orientation);
  const mirrorY = [3, 4, 6, 7].includes(orientation);
  const rotated =
    data instanceof Uint16Array ? new Uint16Array(data.length) : new Uint8Array(data.length);
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
