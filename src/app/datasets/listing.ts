// Contents of folders for the search of data: names of visible files and folders, in a fixed order.

import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../data/errors.js';
import { explainSystemError } from '../systemErrors.js';
import { printable } from '../terminal/printable.js';

/** The visible contents of a folder, sorted by name. */
export interface Listing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** Folders of programs that contain no data. */
const IGNORED = new Set(['__MACOSX', '__pycache__', 'Thumbs.db', 'desktop.ini']);

/**
 * Lists a folder. Links count as what they point to; hidden files (`._a.png`), broken links and
 * devices are left out.
 *
 * @throws DataError if the folder cannot be read
 */
export async function listFolder(folder: string): Promise<Listing> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for (const name of (await readdir(folder)).sort()) {
      if (name.startsWith('.') || IGNORED.has(name)) continue;
      const stats = await stat(join(folder, name)).catch(() => null);
      if (stats?.isDirectory() === true) folders.push(name);
      else if (stats?.isFile() === true) files.push(name);
    }
  } catch (error) {
    throw unreadable(folder, error);
  }
  return { files, folders };
}

/** True if a path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

/**
 * All files below a folder, as paths, sorted by folder and name.
 *
 * @throws DataError if a folder cannot be read or contains a link to a folder that it lies in
 */
export async function listDeep(
  folder: string,
  ancestors: readonly string[] = [],
): Promise<string[]> {
  const real = await realpath(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  if (ancestors.includes(real)) {
    throw new DataError(
      `${printable(folder)}: is a link to a folder that contains it; delete the link`,
    );
  }
  const { files, folders } = await listFolder(folder);
  const paths = files.map((name) => join(folder, name));
  for (const name of folders) {
    paths.push(...(await listDeep(join(folder, name), [...ancestors, real])));
  }
  return paths;
}

/** The error for a file or folder of a data set that the system cannot read. */
export function unreadable(path: string, error: unknown): DataError {
  return new DataError(
    `${printable(path)}: cannot be read: ${printable(explainSystemError(error, 'read'))}`,
  );
}
