// Debug images of `inkgrad predict`: the network's inputs, enlarged, as PNG files in one folder.

import { basename, join } from 'node:path';
import { IMAGE_SIDE } from '../../data/emnist/idx.js';
import type { ModelInput } from '../model/modelInput.js';
import { writeAtomically } from '../outputFiles.js';

/** Scale factor of images of 28 x 28 pixels; other sizes become about as large. */
const SCALE = 10;

/**
 * Writes a network input; returns its path.
 *
 * @param number of the image file, from 1
 * @param options the form of the image; `suffix` tells the characters of one file apart
 */
export async function writeDebugImage(
  folder: string,
  number: number,
  file: string,
  image: Uint8Array,
  options: { readonly input: ModelInput; readonly suffix?: string },
): Promise<string> {
  const { input, suffix = '' } = options;
  const name = basename(file).replace(/\.[^.]*$/, '');
  const path = join(folder, `${String(number).padStart(4, '0')}-${name}${suffix}.png`);
  await writeAtomically(path, await encodeEnlarged(image, input));
  return path;
}

async function encodeEnlarged(
  image: Uint8Array,
  { size, channels }: ModelInput,
): Promise<Uint8Array> {
  const scale = Math.max(1, Math.round((SCALE * IMAGE_SIDE) / size));
  const side = size * scale;
  const data = Uint8Array.from({ length: side * side * channels }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const [x, y] = [Math.floor((pixel % side) / scale), Math.floor(pixel / side / scale)];
    return image[(channel * size + y) * size + x];
  });
  const { encode } = await import('fast-png');
  return encode({ data, width: side, height: side, channels, depth: 8 });
}
