// Debug images of `inkgrad predict`: the network's inputs, enlarged, as PNG files in one folder.

import { basename, join } from 'node:path';
import { INPUT_SHAPE } from '../model/imageTensor.js';
import { writeAtomically } from '../outputFiles.js';

/** Scale factor of the images. */
const SCALE = 10;

/**
 * Writes a network input; returns its path.
 *
 * @param number of the image file, from 1
 * @param suffix tells the characters of one file apart
 */
export async function writeDebugImage(
  folder: string,
  number: number,
  file: string,
  image: Uint8Array,
  suffix = '',
): Promise<string> {
  const name = basename(file).replace(/\.[^.]*$/, '');
  const path = join(folder, `${String(number).padStart(4, '0')}-${name}${suffix}.png`);
  await writeAtomically(path, await encodeEnlarged(image));
  return path;
}

async function encodeEnlarged(image: Uint8Array): Promise<Uint8Array> {
  const [channels, inputHeight, inputWidth] = INPUT_SHAPE;
  const [height, width] = [inputHeight * SCALE, inputWidth * SCALE];
  const data = Uint8Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [Math.floor((i % width) / SCALE), Math.floor(i / width / SCALE)];
    return image[y * inputWidth + x];
  });
  const { encode } = await import('fast-png');
  return encode({ data, width, height, channels, depth: 8 });
}
