// A folder for each run, never one that holds another run's models. Imports node:fs.

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentError } from '../engine/errors.js';

const RUNS = 'runs';

/**
 * Makes the named folder, or the next free number under runs/. A folder with anything in it is refused.
 *
 * @param prefix what stands before the number
 */
export function createRunDirectory(named: string | undefined, prefix = ''): string {
  if (named !== undefined) {
    if (!isEmptyFolder(named)) {
      throw new ArgumentError(
        `--out ${named}: this folder is not empty; name a new one, so that nothing is overwritten`,
      );
    }
    return named;
  }
  mkdirSync(RUNS, { recursive: true });
  for (let number = 1; ; number++) {
    const directory = join(RUNS, `${prefix}${number}`);
    try {
      mkdirSync(directory); // refuses to make what is there, also for two runs that start at once
      return directory;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Makes the folder if need be, and tells whether there is nothing in it. */
function isEmptyFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    return readdirSync(folder).length === 0;
  } catch (error) {
    throw new ArgumentError(`--out ${folder}: this folder cannot be made (${(error as Error).message})`);
  }
}
