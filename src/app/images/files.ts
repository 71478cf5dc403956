// Finds image files (files, folders, stdin) and reads their bytes up to a size limit.

import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, DataMissingError } from '../../data/errors.js';
import { explainSystemError } from '../systemErrors.js';
import { MAX_BYTES } from './limits.js';

/** Means stdin on the command line. */
export const STDIN = '-';

/** Names of image files. */
export const IMAGE_EXTENSION = /\.(png|jpe?g)$/i;
/** Files in which macOS stores attributes of the file with the rest of the name. */
const MACOS_PREFIX = '._';

/** An image file, or the reason why a path has none. */
export interface ImageFile {
  readonly path: string;
  /** Set if nothing can be read at this path. */
  readonly problem?: DataMissingError;
}

/** The name of a file in messages and results. */
export const nameOf = ({ path }: ImageFile): string => (path === STDIN ? 'stdin' : path);

/**
 * Every file given, and for every folder the PNG and JPEG files in it and its subfolders, sorted by
 * path.
 */
export async function findImages(paths: readonly string[]): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  for (const path of paths) files.push(...(await findImagesAt(path)));
  return files;
}

async function findImagesAt(path: string): Promise<ImageFile[]> {
  if (path === STDIN) return [{ path }];
  try {
    if (!(await stat(path)).isDirectory()) return [{ path }];
    const images = await findInFolder(path, new Set());
    if (images.length > 0) return images.sort((a, b) => (a.path < b.path ? -1 : 1));
    return [{ path, problem: missing(path, 'no .png, .jpg or .jpeg file in this folder') }];
  } catch (error) {
    return [{ path, problem: unreadable(path, error) }];
  }
}

/**
 * The image files in a folder and its subfolders. Links are followed, but no folder is read twice.
 *
 * @param visited the folders read so far, by their paths without links
 */
async function findInFolder(folder: string, visited: Set<string>): Promise<ImageFile[]> {
  const realPath = await realpath(folder);
  if (visited.has(realPath)) return [];
  visited.add(realPath);
  const files: ImageFile[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isImage = IMAGE_EXTENSION.test(entry.name) && !entry.name.startsWith(MACOS_PREFIX);
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    if (kind.isDirectory()) files.push(...(await findInSubfolder(path, visited)));
    else if (isImage && (kind.isFile() || kind.isSymbolicLink())) files.push({ path });
  }
  return files;
}

/** As findInFolder; a folder that cannot be read is a problem, and the others are still read. */
async function findInSubfolder(folder: string, visited: Set<string>): Promise<ImageFile[]> {
  try {
    return await findInFolder(folder, visited);
  } catch (error) {
    return [{ path: folder, problem: unreadable(folder, error) }];
  }
}

const unreadable = (path: string, error: unknown): DataMissingError =>
  missing(path, `cannot be read: ${explainSystemError(error, 'read')}`);

const missing = (path: string, reason: string): DataMissingError =>
  new DataMissingError(`${path}: ${reason}`);

/** The bytes of a file or of stdin; reading stops as soon as the size limit is exceeded. */
export async function readImageBytes(path: string): Promise<Uint8Array> {
  const name = nameOf({ path });
  const stream = path === STDIN ? process.stdin : createReadStream(path);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BYTES) break;
    }
  } catch (error) {
    throw new DataMissingError(`${name}: cannot be read: ${explainSystemError(error, 'read')}`);
  }
  if (size > MAX_BYTES) {
    throw new DataError(
      `${name}: is larger than ${MAX_BYTES / 2 ** 20} MB; scale it down or crop it to the ` +
        'character',
    );
  }
  return Buffer.concat(chunks);
}
