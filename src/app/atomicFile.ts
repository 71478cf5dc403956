// Files that are whole or not there: written beside their place and then renamed. Imports node:fs.

import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file so that nobody, not even after a crash, finds half of it under its name. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, content);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
