// A new folder for what a command writes: models, pictures, reports. Never one that holds something already.
// Imports node:fs.

import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ArgumentError } from '../../engine/errors.js';

/**
 * Makes a folder, and the folders above it, unless it is there.
 *
 * Not by mkdir's own `recursive`: where the folder above is there but refuses (as /proc does), Node 20 tries for ever.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const above = dirname(folder);
    if (code !== 'ENOENT' || existsSync(above)) throw error;
    makeFolder(above);
    makeFolder(folder);
  }
}

/**
 * Makes a folder, and the folders above it, or takes an empty one.
 *
 * @param option how the folder was named on the command line, for the message
 * @throws ArgumentError if there is anything in it, or if it cannot be made
 */
export function newFolder(option: string, folder: string): string {
  let names: string[];
  try {
    makeFolder(folder);
    names = readdirSync(folder);
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
