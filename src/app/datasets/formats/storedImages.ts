// Labeled images as a file stores them: bytes of one size, each with the text of its label. The
// parsers of this folder return them; openCollection.ts and buildDataset.ts convert them to a data set.

import { DataError } from '../../../data/errors.js';

/** The parts of a data set. */
export const PART_NAMES = ['train', 'validation', 'test'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** The images of one part. */
export interface StoredImages {
  /** Bytes as stored, channels interleaved: `[labels.length, height, width, channels]`. */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** The label of each image as text: `7`, `A`, `cat`. */
  readonly labels: readonly string[];
}

/** The parts that a file contains. */
export type StoredParts = Readonly<Partial<Record<PartName, StoredImages>>>;

/** The size and channels of an image of `values` numbers: square, gray or RGB; null for neither. */
export function squareOf(values: number): { side: number; channels: 1 | 3 } | null {
  for (const channels of [1, 3] as const) {
    const side = Math.sqrt(values / channels);
    if (Number.isInteger(side) && side >= 2) return { side, channels };
  }
  return null;
}

/**
 * Exchanges rows and columns of square images.
 *
 * @throws DataError if the images are not square
 */
export function transposeImages(images: StoredImages, name: string): StoredImages {
  const { pixels, height, width, channels } = images;
  if (height !== width) {
    throw new DataError(
      `${name}: images of ${height} x ${width} pixels cannot be stored transposed; pass ` +
        '--orientation upright',
    );
  }
  const result = new Uint8Array(pixels.length);
  const size = height * width * channels;
  for (let start = 0; start < pixels.length; start += size) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [to, from] = [
          start + (y * width + x) * channels,
          start + (x * height + y) * channels,
        ];
        for (let c = 0; c < channels; c++) result[to + c] = pixels[from + c];
      }
    }
  }
  return { ...images, pixels: result };
}
