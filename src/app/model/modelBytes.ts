// Reads the bytes of a model file from disk, in any supported format.
// modelContents.ts interprets them.

import { readFile, stat } from 'node:fs/promises';
import { ModelError } from '../errors.js';
import { explainSystemError } from '../systemErrors.js';
import { readContents, type ModelContents } from './modelContents.js';

/** Maximum file size, checked before reading. A model has 1.6 MB, a checkpoint 5. */
const MAX_FILE_BYTES = 2 ** 28;

export interface ModelBytes extends ModelContents {
  /** The unconverted file. */
  readonly original: Uint8Array;
}

/**
 * Reads a model file.
 *
 * @throws ModelError naming the file if it is missing, too large or damaged, or if its pickle
 *   would execute code
 */
export async function readModelBytes(path: string): Promise<ModelBytes> {
  const original = await readFileBytes(path);
  return { original, ...(await readContents(path, original)) };
}

async function readFileBytes(path: string): Promise<Uint8Array> {
  const fail = (reason: string): never => {
    throw new ModelError(`model ${path}: cannot be read: ${reason}`);
  };
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return fail('it is not a file');
    if (stats.size > MAX_FILE_BYTES)
      return fail(`it has ${stats.size} bytes, more than ${MAX_FILE_BYTES}`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    return fail(explainSystemError(error, 'read'));
  }
}
