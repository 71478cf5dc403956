// A folder for each run: the one that was named, or the next free number under runs/. Imports newFolder, node:fs.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, newFolder } from './newFolder.js';

const RUNS = 'runs';

/**
 * Makes the named folder, or the next free number under runs/. A folder with anything in it is refused.
 *
 * @param prefix what stands before the number
 */
export function createRunDirectory(named: string | undefined, prefix = ''): string {
  if (named !== undefined) return newFolder('out', named);
  makeFolder(RUNS);
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
