// Files of the public API (`inkgrad/node`): states as safetensors, and images as pixels.

import { readFile } from 'node:fs/promises';
import { FormatError } from '../../engine/errors.js';
import { loadState, saveState, type LoadedState, type StateParts } from '../../nn/index.js';
import type { DecodedImage } from '../../data/image/preprocess.js';
import { readImageBytes } from '../images/files.js';
import { writeAtomically } from '../outputFiles.js';

/**
 * Saves a run to a safetensors file; see `saveState`. The file is written under a temporary name
 * (`PATH.partial`) and renamed, so a crash leaves the previous file intact.
 *
 * @throws ArgumentError if a name in the model starts with the name of another part
 * @throws Node's error (`ENOENT`, `EACCES`, `ENOSPC`, ...) if the file cannot be written
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * await saveStateFile('build/example.safetensors', { model, extra: { epoch: 3 } });
 * const { extra } = await loadStateFile('build/example.safetensors', { model });
 * print(extra); // { epoch: 3 }
 * model.dispose();
 */
export async function saveStateFile(path: string, parts: StateParts): Promise<void> {
  await writeAtomically(path, await saveState(parts));
}

/**
 * Loads a safetensors file of `saveStateFile` or of another program into a model, an optimizer or a
 * schedule; see `loadState`. If it throws, nothing is changed.
 *
 * @throws FormatError naming the file if it is damaged or lacks a part
 * @throws ArgumentError if names or shapes do not match the model
 * @throws Node's error (`ENOENT`, `EACCES`, ...) if the file cannot be read
 * @example
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * await saveStateFile('build/example.safetensors', { model, extra: { epoch: 3 } });
 * const { extra } = await loadStateFile('build/example.safetensors', { model });
 * print(extra); // { epoch: 3 }
 * model.dispose();
 */
export async function loadStateFile(
  path: string,
  targets: Pick<StateParts, 'model' | 'optimizer' | 'scheduler' | 'average'> = {},
): Promise<LoadedState> {
  const bytes = await readFile(path);
  try {
    return loadState(bytes, targets);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${path}: ${error.message}`, { cause: error });
  }
}

/**
 * Reads a PNG or JPEG image as pixels, for example for `recognize`. Its signature decides the
 * format, not its name. Files of up to 64 MB and images of up to 32 million pixels are accepted.
 *
 * @param source path of a file, `-` for standard input, or the bytes of a file
 * @returns pixels row by row with 1 to 4 interleaved channels; 16-bit values if the PNG has them
 * @throws DataMissingError if the file cannot be read
 * @throws DataError if it is damaged, too large, or neither PNG nor JPEG
 * @example
 * const { width, height, channels, data } = await readImage('docs/images/recipes-curves.png');
 * print(data.length === width * height * channels); // true
 */
export async function readImage(source: string | Uint8Array): Promise<DecodedImage> {
  const { decodeImage } = await import('../images/decode.js');
  return typeof source === 'string'
    ? decodeImage(await readImageBytes(source), source)
    : decodeImage(source, 'image');
}
