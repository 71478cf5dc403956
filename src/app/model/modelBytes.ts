// The bytes of a model file on the disk, whatever wrote it; what they mean is modelContents.ts. Imports node:fs.

import { readFile, stat } from 'node:fs/promises';
import { ModelError } from '../errors.js';
import { readContents, type ModelContents } from './modelContents.js';

/** Larger files are refused before they are read; the network has 1.6 MB, a whole run of it 5. */
const MAX_FILE_BYTES = 2 ** 28;

export interface ModelBytes extends ModelContents {
  /** The file itself. */
  readonly original: Uint8Array;
}

/**
 * Reads a model file.
 *
 * @throws ModelError that names the file if it is missing, too large, damaged, or would run something
 */
export async function readModelBytes(path: string): Promise<ModelBytes> {
  const original = await readWhole(path);
  return { original, ...(await readContents(path, original)) };
}

async function readWhole(path: string): Promise<Uint8Array> {
  const refuse = (reason: string): never => {
    throw new ModelError(`model ${path}: cannot be read (${reason})`);
  };
  try {
    const about = await stat(path);
    if (!about.isFile()) return refuse('it is not a file');
    if (about.size > MAX_FILE_BYTES) return refuse(`it has ${about.size} bytes, more than ${MAX_FILE_BYTES}`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    return refuse((error as Error).message);
  }
}
