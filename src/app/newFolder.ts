// A new folder for what a command writes beside its answer: pictures, reports. Never one that holds something already.
// Imports node:fs.

import { mkdir, readdir } from 'node:fs/promises';
import { ArgumentError } from '../engine/errors.js';

/**
 * Makes a folder, and the folders above it, or takes an empty one.
 *
 * @param option how the folder was named on the command line, for the message
 * @throws ArgumentError if there is anything in it, or if it cannot be made
 */
export async function newFolder(option: string, folder: string): Promise<string> {
  let names: string[];
  try {
    await mkdir(folder, { recursive: true });
    names = await readdir(folder);
  } catch (error) {
    throw new ArgumentError(
      `--${option} ${folder}: this folder cannot be made (${(error as Error).message})`,
    );
  }
  if (names.length > 0) {
    throw new ArgumentError(
      `--${option} ${folder}: this folder is not empty; name a new one, so that nothing is overwritten`,
    );
  }
  return folder;
}
